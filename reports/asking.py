"""Read a question to a report (who asks, over which period, of which tickets) from parameters by closed maps."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from accounts.models import User
from core import clock
from core.api.serializers import IdField
from core.days import as_day
from core.errors import Invalid
from core.text import choices_in_words
from reports.periods import GROUPS, MAX_BUCKETS, MAX_DAYS, Period, count_of, zone_named
from tickets.states import PRIORITIES, Status
from tickets.tags import MAX_TAG, MAX_TAGS, split_tags

DEFAULT_DAYS = 30
PERIOD = ("startDate", "endDate", "timezone")
TICKETS = ("categoryId", "teamId", "agentId", "priority", "tags")
NONE = "none"


@dataclass(frozen=True)
class Ask:
    """A question to a report; `only` holds the conditions on tickets or chats by their names on the wire.

    `until` ends the period before its last day does.
    """

    user: User
    period: Period
    group: str = "day"
    only: Mapping[str, Any] = field(default_factory=dict)
    compare: bool = False
    until: datetime.datetime | None = None

    def before(self) -> Ask:
        """Return the same question about the period before."""
        return replace(self, period=self.period.before(), compare=False)


def read_ask(given: Mapping[str, str], user: User, *, only: tuple[str, ...] = TICKETS) -> Ask:
    """Return the question that parameters ask; raises Invalid naming each wrong one. Unknown ones are the caller's."""
    wrong: dict[str, list[str]] = {}

    def take(name: str, read: Callable[[str], Any], default: Any = None) -> Any:
        if not given.get(name):
            return default
        try:
            return read(given[name])
        except ValueError as error:
            wrong[name] = [str(error)]
            return default

    zone = take("timezone", _zone, ZoneInfo(settings.TIME_ZONE))
    first, last = take("startDate", _day), take("endDate", _day)
    group = take("groupBy", _one_of(*GROUPS), "day")
    compare = take("compare", _one_of("previous"), "") == "previous"
    found = {name: take(name, _READERS[name]) for name in only if given.get(name)}
    if wrong:
        raise Invalid(fields=wrong)
    period = _period(first, last, zone)
    if count_of(period, group) > MAX_BUCKETS:
        raise Invalid(fields={"groupBy": [_("The period is too long for this grouping.")]})
    return Ask(user, period, group, {name: value for name, value in found.items() if value is not None}, compare)


def _period(first: datetime.date | None, last: datetime.date | None, zone: ZoneInfo) -> Period:
    """Return the period between two days; a missing one follows from the other: thirty days, up to today."""
    length = datetime.timedelta(days=DEFAULT_DAYS - 1)
    today = clock.now().astimezone(zone).date()
    end = last or (min(first + length, max(first, today)) if first else today)
    start = first or end - length
    if end < start:
        raise Invalid(fields={"endDate": [_("The last day comes before the first.")]})
    if (end - start).days >= MAX_DAYS:
        raise Invalid(fields={"startDate": [_("The period is too long.")]})
    return Period(start, end, zone)


def _day(text: str) -> datetime.date:
    day = as_day(text)
    if day is None or not 1971 <= day.year <= 9000:
        raise ValueError(_("Enter a valid date."))
    return day


def _zone(text: str) -> ZoneInfo:
    zone = zone_named(text)
    if zone is None:
        raise ValueError(_("This is not the name of a time zone."))
    return zone


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(choices_in_words(words))
        return text

    return read


def _id(text: str) -> int:
    try:
        return IdField().run_validation(text)
    except ValidationError as error:
        raise ValueError(str(error.detail[0])) from None  # type: ignore[index]


def _id_or_none(text: str) -> int | str:
    return NONE if text == NONE else _id(text)


def _words(words: Mapping[str, Any]) -> Callable[[str], list[Any]]:
    def read(text: str) -> list[Any]:
        if any(word not in words for word in text.split(",")):
            raise ValueError(choices_in_words(words))
        return [words[word] for word in dict.fromkeys(text.split(","))]

    return read


def _tags(text: str) -> list[str]:
    tags = split_tags([text])
    if not tags or len(tags) > MAX_TAGS or max(map(len, tags)) > MAX_TAG:
        raise ValueError(_("This value cannot be used."))
    return tags


_READERS: dict[str, Callable[[str], Any]] = {
    "categoryId": _id_or_none,
    "teamId": _id_or_none,
    "agentId": _id,
    "priority": _words(PRIORITIES),
    "status": _words({status.value: status.value for status in Status}),
    "tags": _tags,
}
