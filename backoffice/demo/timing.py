"""When things happen in the demo: customers at shop hours, staff at work, fewer on the Friday–Saturday weekend."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from random import Random

from core.days import site_zone

DAYS = 90
# Of each weekday, Monday first: how many customers write, and from when to when the staff works.
_WRITERS = (10, 10, 10, 9, 5, 6, 12)
_WORK = ((9, 22), (9, 22), (9, 22), (9, 22), (16, 22), (11, 20), (9, 22))
# Of each hour of the day: how many customers write.
_HOURS = (3, 2, 1, 0.5, 0.5, 0.5, 1, 2, 4, 7, 9, 10, 9, 7, 6, 7, 9, 10, 9, 10, 12, 12, 9, 5)
_AWAKE = 8
_MARGIN = timedelta(minutes=3)


def opening_times(count: int, now: datetime, chance: Random) -> list[datetime]:
    """When `count` customers write, earliest first, in the DAYS before `now`; slowly more of them lately."""
    local = now.astimezone(site_zone())
    days = [local.date() - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    weights = [_WRITERS[day.weekday()] * (1 + 0.6 * place / DAYS) for place, day in enumerate(days)]
    found: list[datetime] = []
    while len(found) < count:
        day = chance.choices(days, weights)[0]
        moment = datetime.combine(day, time(chance.choices(range(24), _HOURS)[0], chance.randrange(60)), local.tzinfo)
        moment += timedelta(seconds=chance.randrange(60))
        if moment <= local - _MARGIN:
            found.append(moment)
    return sorted(found)


def staffed(moment: datetime, chance: Random) -> datetime:
    """This moment when the staff is at work, else some minutes after it begins again."""
    local = moment.astimezone(site_zone())
    while True:
        begins, ends = _WORK[local.weekday()]
        if begins <= local.hour < ends:
            return local
        later = local.hour >= ends
        day = local.date() + timedelta(days=1 if later else 0)
        begins = _WORK[day.weekday()][0]
        local = datetime.combine(day, time(begins, chance.randrange(3, 55), chance.randrange(60)), local.tzinfo)


def awake(moment: datetime, chance: Random) -> datetime:
    """This moment by day, else some time of the next morning; customers answer until midnight."""
    local = moment.astimezone(site_zone())
    if local.hour >= _AWAKE:
        return local
    return local.replace(hour=_AWAKE + chance.randrange(3), minute=chance.randrange(60), second=chance.randrange(60))


def minutes(chance: Random, low: int, high: int) -> timedelta:
    """Some time between two numbers of minutes, to the second."""
    return timedelta(seconds=chance.randrange(low * 60, high * 60))
