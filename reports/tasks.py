"""Background work of reports: files that wait, roll-ups, and saved reports that are due."""

from celery import shared_task

from reports.mailed.operations import send_one
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


def send_due_reports() -> int:
    """Queue the files of the saved reports that are due; return how many."""
    sent = 0
    while send_one():
        sent += 1
    return sent
