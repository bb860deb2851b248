"""Background work of reports: files that wait, and roll-ups."""

from celery import shared_task

from reports.rollups.round import count_all
from reports.running import run_all


@shared_task(name="reports.run_exports")  # type: ignore[untyped-decorator]
def run_exports() -> None:
    """Make every file that waits, and again those whose worker was killed."""
    run_all()


@shared_task(name="reports.count_rollups")  # type: ignore[untyped-decorator]
def count_rollups() -> None:
    """Count the days of roll-ups that are not good; one process at a time does."""
    count_all()
