"""Background work of the ground."""

from celery import shared_task

from core.sweeps import run_all


@shared_task(name="core.sweep")  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Everything that is swept each minute."""
    run_all()
