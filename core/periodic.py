"""Work that is due less often than the timer beats: claimed by compare-and-set, so that two timers do no harm."""

import datetime

from django.db.models import Q

from core.models import PeriodicRun


def claim(name: str, every_seconds: int, now: datetime.datetime) -> bool:
    """Whether this caller shall do the work now: true once in `every_seconds`, however many ask."""
    PeriodicRun.objects.bulk_create([PeriodicRun(name=name)], ignore_conflicts=True)
    due = Q(last_run_at=None) | Q(last_run_at__lte=now - datetime.timedelta(seconds=every_seconds))
    return PeriodicRun.objects.filter(due, name=name).update(last_run_at=now) == 1


def give_back(name: str, now: datetime.datetime) -> None:
    """Make the work due again after it failed; `now` is that of the claim, so that a later claim is left alone."""
    PeriodicRun.objects.filter(name=name, last_run_at=now).update(last_run_at=None)
