"""The rows behind a figure: the very rows of the ledger that it was counted from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from chat.models import Session
from core.api.lists import COUNT_CAP, read_paging
from core.errors import Invalid, NotFound
from core.ids import as_number
from core.text import choices_in_words
from reports.asking import NONE, Ask
from reports.counting import Row, Where, count_rows, rows
from reports.metrics import METRICS, Kind, Metric
from reports.registry import reports
from reports.report import Report
from tickets.models import Ticket

PARAMETERS = ("metric", "by", "value")
HOURS = 24


@dataclass(frozen=True)
class Found:
    """A page of rows by their names on the wire, and the contract's `meta`."""

    rows: list[dict[str, Any]]
    meta: dict[str, Any]


@dataclass(frozen=True)
class Behind:
    """Name the rows of one figure: its definition, the question, and the group."""

    metric: Metric
    ask: Ask
    where: Where

    @property
    def once(self) -> bool:
        return self.metric.kind == Kind.THINGS or METRICS.get(self.metric.part, self.metric).kind == Kind.THINGS

    def count(self) -> int:
        return count_rows(self.ask, self.metric.source, self.where, once=self.once)

    def page(self, limit: int, offset: int) -> list[Row]:
        return rows(self.ask, self.metric.source, self.where, once=self.once, limit=limit, offset=offset)


def report_named(key: str) -> Report:
    """Return a report; raises NotFound."""
    if key not in reports():
        raise NotFound
    return reports()[key]


def behind(report: Report, ask: Ask, given: Mapping[str, str]) -> Behind:
    """Return where the rows of the figure are that `metric`, `by` and `value` name; Invalid names what is wrong.

    Without `by` it is the figure of the whole question.
    """
    metric = METRICS.get(given.get("metric", ""))
    if metric is None or metric.key not in report.metrics:
        raise Invalid(fields={"metric": [choices_in_words(report.metrics)]})
    by, value = given.get("by", ""), given.get("value", "")
    if by and by not in _READERS:
        raise Invalid(fields={"by": [choices_in_words(_READERS)]})
    mark = {"mark": list(metric.source_marks)} if metric.source_marks else {}
    if not by:
        return Behind(metric, ask, mark)
    try:
        group = _READERS[by](value, ask)
    except (ValueError, IndexError):
        raise Invalid(fields={"value": [_("This value cannot be used.")]}) from None
    if metric.key == "backlog":
        return Behind(metric, _until(ask, by, group), mark)
    return Behind(metric, ask, {**group, **mark})


def page_of(report: Report, ask: Ask, given: Mapping[str, str]) -> Found:
    """Return a page of the rows behind a figure, oldest first."""
    paging = read_paging({name: given[name] for name in ("page", "limit") if name in given}, {"at": None}, "at")  # type: ignore[dict-item]
    source = behind(report, ask, given)
    total = source.count()
    found = source.page(paging.limit, (paging.page - 1) * paging.limit)
    meta = {"page": paging.page, "limit": paging.limit, "total": min(total, COUNT_CAP), "nextCursor": None}
    meta["totalPages"] = -(-min(total, COUNT_CAP) // paging.limit)
    if total > COUNT_CAP:
        meta["totalIsCapped"] = True
    return Found(named(found, chats=source.metric.source.of_chats), meta)


def named(found: Iterable[Row], *, chats: bool) -> list[dict[str, Any]]:
    """Return rows with the names of their tickets or chats and agents, by two statements for all."""
    found = list(found)
    things = _chats(found) if chats else _tickets(found)
    agents = dict(User.objects.filter(pk__in={row.agent_id for row in found} - {None}).values_list("pk", "name"))
    return [
        {
            "id": row.id,
            "name": things[row.id][0],
            "subject": things[row.id][1],
            "at": row.at,
            "agent_id": row.agent_id,
            "agent_name": agents.get(row.agent_id),
            "amount": None if row.amount is None else float(row.amount),
        }
        for row in found
        if row.id in things
    ]


def _tickets(found: list[Row]) -> dict[int, tuple[str, str]]:
    named = Ticket.objects.filter(pk__in={row.id for row in found}).values_list("pk", "number", "subject")
    return {pk: (number, subject) for pk, number, subject in named}


def _chats(found: list[Row]) -> dict[int, tuple[str, str]]:
    named = Session.objects.filter(pk__in={row.id for row in found}).values_list("pk", "customer__name")
    return {pk: (f"#{pk}", name) for pk, name in named}


def _place(group: str) -> Callable[[str, Ask], dict[str, Any]]:
    """Return the reader of a place among the buckets of a period, from 1."""

    def read(value: str, ask: Ask) -> dict[str, Any]:
        place = as_number(value)
        if place is None or not 1 <= place <= len(ask.period.starts(ask.group)):
            raise ValueError
        return {group: [place]}

    return read


def _id(name: str) -> Callable[[str, Ask], dict[str, Any]]:
    def read(value: str, _ask: Ask) -> dict[str, Any]:
        pk = as_number(value)
        if pk is None and value != NONE:
            raise ValueError
        return {name: [pk]}

    return read


def _cell(value: str, ask: Ask) -> dict[str, Any]:
    """Return the hours of the period that a weekday and an hour name, `7-23`."""
    day, hour = (int(part) for part in value.split("-"))
    local = ((place, start.astimezone(ask.period.zone)) for place, start in enumerate(ask.period.hours, 1))
    return {"hour": [place for place, moment in local if (moment.isoweekday(), moment.hour) == (day, hour)]}


_READERS: dict[str, Callable[[str, Ask], dict[str, Any]]] = {
    "bucket": _place("bucket"),
    "created": _place("created"),
    "agent": _id("agent"),
    "category": _id("category"),
    "team": _id("team"),
    "priority": _id("priority"),
    "amount": _id("amount"),
    "cell": _cell,
}


_BACKLOG_BY = ("bucket",)


def _until(ask: Ask, by: str, group: Mapping[str, Any]) -> Ask:
    """Return the question whose period ends where a bucket does."""
    if by not in _BACKLOG_BY:
        raise Invalid(fields={"by": [choices_in_words(_BACKLOG_BY)]})
    starts = [*ask.period.starts(ask.group), ask.period.end]
    return replace(ask, until=starts[group["bucket"][0]])
