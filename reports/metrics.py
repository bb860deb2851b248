"""The one registry of figures: what each means, its unit, and the ledger it is counted from.

API, dashboards, Excel, PDF and drill-down all take their figures from `figures_of`; nothing else computes one.
Figures are rounded once, here: half up, to two decimals.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reports import ledgers
from reports.asking import Ask
from reports.classes import MEDIAN, P90, percentile
from reports.counting import Key, Tally, tallies
from reports.ledger import Ledger
from reports.rollups.reading import Want
from reports.things import held, things

Text = str | Promise
Figure = int | float | None
Figures = dict[str, Figure]


class Unit(StrEnum):
    """Name the units of figures."""

    COUNT = "count"
    PERCENT = "percent"
    MINUTES = "minutes"
    SECONDS = "seconds"
    STARS = "stars"
    RATIO = "ratio"


class Kind(StrEnum):
    """Name the ways a figure is computed from its ledger."""

    ROWS = "rows"
    THINGS = "things"
    MEAN = "mean"
    MEDIAN = "median"
    P90 = "p90"
    SHARE = "share"


@dataclass(frozen=True)
class Metric:
    """A figure. `marks` keep the rows of a ledger with these marks alone; a SHARE is `part` over `whole`."""

    key: str
    label: Text
    meaning: Text
    unit: Unit = Unit.COUNT
    kind: Kind = Kind.ROWS
    ledger: Ledger | None = None
    marks: tuple[str, ...] = ()
    part: str = ""
    whole: str = ""

    @property
    def source(self) -> Ledger:
        """The ledger whose rows stand behind it; those of the part behind a share."""
        return self.ledger or METRICS[self.part].source

    @property
    def source_marks(self) -> tuple[str, ...]:
        return self.marks if self.ledger else METRICS[self.part].source_marks


def rounded(value: Fraction | Decimal | int) -> float:
    """Return a figure to two decimals, half up."""
    exact = Fraction(value)
    quotient = Decimal(exact.numerator) / Decimal(exact.denominator)
    return float(quotient.quantize(Decimal("0.01"), ROUND_HALF_UP))


def share(part: int, whole: int, unit: Unit = Unit.PERCENT) -> float | None:
    """Return part over whole, in percent or as it is; None over nothing."""
    if not whole:
        return None
    return rounded(Fraction(part * (100 if unit == Unit.PERCENT else 1), whole))


def figures_of(ask: Ask, keys: Sequence[str], by: Sequence[str] = ()) -> dict[Key, Figures]:
    """Return the figures of each group that has any row; groups without one are `nothing_of`."""
    return Counts(ask, keys, by).groups(*by)


def nothing_of(keys: Iterable[str]) -> Figures:
    """Return the figures of a group without a row: counts are zero, all else is null."""
    return {key: 0 if METRICS[key].unit == Unit.COUNT else None for key in keys}


def total_of(ask: Ask, keys: Sequence[str]) -> Figures:
    """Return the figures of the whole question."""
    return nothing_of(keys) | figures_of(ask, keys).get((), {})


Counted = Mapping[str, Mapping[Key, "int | Tally"]]


class Counts:
    """Figures counted by one or more groupings at once: lines and their total come of as few readings as can be."""

    def __init__(self, ask: Ask, keys: Sequence[str], *groupings: Sequence[str]) -> None:
        self.wanted = [METRICS[key] for key in keys]
        needed = {metric.key: metric for metric in self.wanted}
        for metric in self.wanted:
            needed |= {key: METRICS[key] for key in (metric.part, metric.whole) if key}
        self.groupings = [tuple(by) for by in groupings]
        self._counted = _counted(ask, list(needed.values()), self.groupings)

    def groups(self, *by: str) -> dict[Key, Figures]:
        """Return the figures of each group of a grouping that has any row."""
        counted = self._counted[by]
        found = dict.fromkeys(key for values in counted.values() for key in values)
        return {group: self._group(counted, group) for group in found}

    def lines(self, by: str, names: Mapping[Any, Any]) -> dict[Any, Figures]:
        """Return the figures of each of `names`, of those without a row too."""
        empty, groups = nothing_of([metric.key for metric in self.wanted]), self.groups(by)
        return {key: empty | groups.get((key,), {}) for key in names}

    def total(self) -> Figures:
        """Return the figures of all groups together; for figures that count rows, each of which is in one group."""
        counted = {key: _summed(groups) for key, groups in self._counted[self.groupings[0]].items()}
        return nothing_of([metric.key for metric in self.wanted]) | self._group(counted, ())

    def _group(self, counted: Counted, group: Key) -> Figures:
        return {metric.key: _figure(metric, counted, group) for metric in self.wanted}


def _counted(
    ask: Ask, needed: Sequence[Metric], groupings: Sequence[tuple[str, ...]]
) -> dict[tuple[str, ...], Counted]:
    """Return what each metric counts by group, of each grouping."""
    found: dict[tuple[str, ...], dict[str, Mapping[Key, int | Tally]]] = {by: {} for by in groupings}
    wants: dict[tuple[tuple[str, ...], str], Want] = {}
    for by in groupings:
        for metric in needed:
            if metric.ledger is None:
                continue
            if metric.kind == Kind.THINGS:
                found[by][metric.key] = things(ask, metric.ledger, by)
            elif metric.ledger is ledgers.HELD:
                found[by][metric.key] = held(ask, by)
            else:
                wants[by, metric.key] = _want(metric.ledger, needed, by)
    distinct = list(dict.fromkeys(wants.values()))
    counted = dict(zip(distinct, tallies(ask, distinct), strict=True))
    for (by, key), want in wants.items():
        found[by][key] = _marked(counted[want], METRICS[key].marks) if "mark" in want.by else counted[want]
    return dict(found)


def _want(ledger: Ledger, needed: Sequence[Metric], by: tuple[str, ...]) -> Want:
    """Return how a ledger is counted for all figures that need it."""
    of_it = [metric for metric in needed if metric.ledger is ledger and metric.kind != Kind.THINGS]
    marked = any(metric.marks for metric in of_it)
    spread = any(metric.kind in (Kind.MEDIAN, Kind.P90) for metric in of_it)
    sums = any(metric.kind == Kind.MEAN for metric in of_it)
    return Want(ledger, (*by, "mark") if marked else by, spread, sums)


def _marked(tallies: Mapping[Key, Tally], marks: Sequence[str]) -> dict[Key, Tally]:
    """Return the tallies of the groups for some marks, or for all together."""
    found: dict[Key, Tally] = {}
    for (*group, own), each in tallies.items():
        if not marks or own in marks:
            found.setdefault(tuple(group), Tally()).add(each.rows, each.total, each.classes)
    return found


def _summed(groups: Mapping[Key, int | Tally]) -> dict[Key, int | Tally]:
    """Return the tallies of all groups as one."""
    found = Tally()
    for each in groups.values():
        if not isinstance(each, Tally):
            raise TypeError("Tickets that are counted once in each group are no sum of the groups.")
        found.add(each.rows, each.total, each.classes)
    return {(): found}


def _figure(metric: Metric, counted: Counted, group: Key) -> Figure:
    if metric.kind == Kind.SHARE:
        part, whole = (_count(counted[key].get(group)) for key in (metric.part, metric.whole))
        return share(part, whole, metric.unit)
    found = counted[metric.key].get(group)
    if metric.kind in (Kind.ROWS, Kind.THINGS):
        return _count(found)
    if not isinstance(found, Tally) or not found.rows:
        return None
    divisor = 60 if metric.unit == Unit.MINUTES else 1
    if metric.kind == Kind.MEAN:
        return rounded(Fraction(found.total) / found.rows / divisor)
    seconds = percentile(found.classes, MEDIAN if metric.kind == Kind.MEDIAN else P90)
    return None if seconds is None else rounded(Fraction(seconds, divisor))


def _count(found: int | Tally | None) -> int:
    return found.rows if isinstance(found, Tally) else found or 0


def _minutes(key: str, label: Text, meaning: Text, kind: Kind, ledger: Ledger) -> Metric:
    return Metric(key, label, meaning, Unit.MINUTES, kind, ledger)


_RESOLUTION = _("From the creation of a ticket to its resolution, in minutes of the clock on the wall.")
_RESPONSE = _("From the creation of a ticket to the first public message of an agent, in minutes.")
_PERCENTILE = _("Computed from counts by duration in classes 2 % wide.")

_ALL = (
    Metric("created", pgettext_lazy("heading", "Created"), _("Tickets created in the period."), ledger=ledgers.CREATED),
    Metric("resolved", pgettext_lazy("heading", "Resolved"),
           _("Resolutions in the period; a ticket resolved twice counts twice."), ledger=ledgers.RESOLUTIONS),
    Metric("closed", pgettext_lazy("heading", "Closed"), _("Tickets closed in the period."), ledger=ledgers.CLOSINGS),
    Metric("reopened", _("Reopened"), _("Tickets reopened in the period, each time."), ledger=ledgers.REOPENINGS),
    Metric("backlog", _("Backlog"), _("Tickets neither resolved nor closed at the end."), ledger=ledgers.BACKLOG),
    Metric("assignedTickets", _("Assigned"), _("Tickets that the agent held, open, at any time in the period."),
           ledger=ledgers.HELD),
    Metric("creditedTickets", pgettext_lazy("heading", "Resolved"),
           _("Tickets resolved in the period while they were the agent's."), kind=Kind.THINGS,
           ledger=ledgers.RESOLUTIONS),
    Metric("agentResolutionRate", _("Resolution rate"), _("Resolved over assigned tickets."), Unit.PERCENT, Kind.SHARE,
           part="creditedTickets", whole="assignedTickets"),
    _minutes("avgFirstResponseMinutes", _("Average first response"), _RESPONSE, Kind.MEAN, ledgers.FIRST_RESPONSES),
    _minutes("medianFirstResponseMinutes", _("Median first response"), _PERCENTILE, Kind.MEDIAN,
             ledgers.FIRST_RESPONSES),
    _minutes("p90FirstResponseMinutes", _("First response, 90th percentile"), _PERCENTILE, Kind.P90,
             ledgers.FIRST_RESPONSES),
    _minutes("avgResolutionMinutes", _("Average resolution"), _RESOLUTION, Kind.MEAN, ledgers.RESOLUTIONS),
    _minutes("medianResolutionMinutes", _("Median resolution"), _PERCENTILE, Kind.MEDIAN, ledgers.RESOLUTIONS),
    _minutes("p90ResolutionMinutes", _("Resolution, 90th percentile"), _PERCENTILE, Kind.P90, ledgers.RESOLUTIONS),
    Metric("totalMessages", _("Replies"), _("Public replies of agents to tickets created in the period."),
           ledger=ledgers.REPLIES),
    Metric("totalTickets", _("Total"), _("Tickets created in the period."), ledger=ledgers.CREATED),
    Metric("openTickets", pgettext_lazy("tickets", "Open"), _("Of these, those neither resolved nor closed today."),
           ledger=ledgers.OPEN),
    Metric("resolvedTickets", pgettext_lazy("heading", "Resolved"), _("Of these, those resolved or closed today."),
           ledger=ledgers.DONE_NOW),
    Metric("resolutionRate", _("Resolution rate"), _("Resolved over all tickets created in the period."), Unit.PERCENT,
           Kind.SHARE, part="resolvedTickets", whole="totalTickets"),
    _minutes("avgResolutionTimeMinutes", _("Average resolution"), _RESOLUTION, Kind.MEAN, ledgers.RESOLUTION_TIMES),
    Metric("count", _("Ratings"), _("Ratings of tickets created in the period."), ledger=ledgers.RATINGS),
    Metric("satisfied", _("Satisfied"), _("Ratings of 4 and 5."), ledger=ledgers.RATINGS, marks=("satisfied",)),
    Metric("score", _("Satisfaction"), _("Ratings of 4 and 5 over all ratings given."), Unit.PERCENT, Kind.SHARE,
           part="satisfied", whole="count"),
    Metric("responseRate", _("Response rate"), _("Ratings over tickets that are resolved, closed or rated."),
           Unit.PERCENT, Kind.SHARE, part="count", whole="rateable"),
    Metric("rateable", _("Could be rated"), _("Tickets created in the period that are resolved, closed or rated."),
           ledger=ledgers.RATEABLE),
    Metric("avgRating", _("Average rating"), _("Mean of the ratings given, from 1 to 5; unanswered is not zero."),
           Unit.STARS, Kind.MEAN, ledgers.RATINGS),
    Metric("tickets", _("Tickets"), _("Tickets created in the period."), ledger=ledgers.CREATED),
    Metric("messages", _("Messages"), _("Public messages of people, the opening one included."),
           ledger=ledgers.MESSAGES),
    Metric("avgMessagesPerTicket", _("Messages per ticket"), _("Public messages of people over tickets."), Unit.RATIO,
           Kind.SHARE, part="messages", whole="tickets"),
    Metric("firstContact", _("Resolved at first contact"),
           _("Resolved with one turn of the customer and at least one reply, and not reopened within the window."),
           ledger=ledgers.FIRST_CONTACTS),
    Metric("firstContactResolutionRate", _("First-contact resolution"), _("Resolved at first contact over resolved."),
           Unit.PERCENT, Kind.SHARE, part="firstContact", whole="resolvedTickets"),
    Metric("sessions", _("Chats"), _("Chats started in the period."), ledger=ledgers.CHATS),
    Metric("handledByBot", _("Handled by the bot"), _("Ended chats that never waited for an agent and never had one."),
           ledger=ledgers.BY_BOT),
    Metric("abandoned", _("Abandoned"), _("Chats that ended while they waited for a first agent."),
           ledger=ledgers.ABANDONED),
    Metric("avgWaitSeconds", _("Average wait"), _("From coming into the queue to the first agent, in seconds."),
           Unit.SECONDS, Kind.MEAN, ledgers.WAITS),
    Metric("avgDurationSeconds", _("Average duration"), _("From the start of a chat to its end, in seconds."),
           Unit.SECONDS, Kind.MEAN, ledgers.DURATIONS),
    Metric("avgChatRating", _("Average rating"), _("Mean of the ratings given to chats, from 1 to 5."), Unit.STARS,
           Kind.MEAN, ledgers.CHAT_RATINGS),
)  # fmt: skip


def _of_promise(metric: str, label: Text) -> tuple[Metric, ...]:
    """Return the figures of one promise of the SLA: met, breached, open, and compliance."""
    met, breached, open_ = (f"{metric}_{state}" for state in ("met", "breached", "open"))
    ended = f"{metric}_ended"

    def of(state: Text) -> Text:
        return format_lazy("{}: {}", label, state)

    return (
        Metric(met, of(_("Met")), _("Promises kept in time."), ledger=ledgers.PROMISES, marks=(f"{metric} met",)),
        Metric(breached, of(_("Missed")), _("Promises not kept in time, whether kept later or not."),
               ledger=ledgers.PROMISES, marks=(f"{metric} breached",)),
        Metric(open_, of(pgettext_lazy("tickets", "Open")), _("Promises neither kept nor missed; not counted."),
               ledger=ledgers.PROMISES, marks=(f"{metric} open",)),
        Metric(ended, label, _("Promises kept or missed."), ledger=ledgers.PROMISES,
               marks=(f"{metric} met", f"{metric} breached")),
        Metric(f"{metric}_compliance", of(_("Compliance")), _("Met over met and missed."), Unit.PERCENT, Kind.SHARE,
               part=met, whole=ended),
    )  # fmt: skip


PROMISES = {
    "first_response": _("First response"),
    "next_response": _("Next response"),
    "resolution": _("Resolution"),
}
METRICS: dict[str, Metric] = {
    metric.key: metric for metric in (*_ALL, *(each for pair in PROMISES.items() for each in _of_promise(*pair)))
}
