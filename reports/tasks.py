"""Background work of reports: files that wait."""

from celery import shared_task

from reports.running import run_all


@shared_task(name="reports.run_exports")  # type: ignore[untyped-decorator]
def run_exports() -> None:
    """Make every file that waits, and again those whose worker was killed."""
    run_all()
