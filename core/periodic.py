"""Work that is due less often than the timer beats: claimed by compare-and-set, so that two timers do no harm."""

import datetime

from django.db.models import Q

from core.models import PeriodicRun


def claim(name: str, every_seconds: int, now: datetime.datetime) -> bool:
    """Return whether this caller shall do the work now: true once in `every_seconds`, however many ask."""
    PeriodicRun.objects.bulk_create([PeriodicRun(name=name)], ignore_conflicts=True)
    due = Q(last_run_at=None) | Q(last_run_at__lte=now - datetime.timedelta(seconds=every_seconds))
    return PeriodicRun.objects.filter(due, name=name).update(last_run_at=now) == 1


def give_back(name: str, now: datetime.datetime) -> None:
    """Make the work due again after it failed; `now` is that of the claim, so that a later claim is left alone."""
    PeriodicRun.objects.filter(name=name, last_run_at=now).update(last_run_at=None)


def last_run(name: str) -> datetime.datetime | None:
    """When this work was last marked as done or claimed; None before the first time."""
    return PeriodicRun.objects.filter(name=name).values_list("last_run_at", flat=True).first()


def mark(name: str, now: datetime.datetime) -> None:
    """Remember that everything up to `now` is done; an earlier mark never takes the place of a later one."""
    PeriodicRun.objects.bulk_create([PeriodicRun(name=name)], ignore_conflicts=True)
    PeriodicRun.objects.filter(Q(last_run_at=None) | Q(last_run_at__lt=now), name=name).update(last_run_at=now)
