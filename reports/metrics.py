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

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reports import ledgers
from reports.asking import Ask
from reports.classes import MEDIAN, P90, percentile
from reports.counting import Key, Tally, tally
from reports.ledger import Ledger
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
    """A figure. `mark` keeps the rows of a ledger with that mark alone; a SHARE is `part` over `whole`."""

    key: str
    label: Text
    meaning: Text
    unit: Unit = Unit.COUNT
    kind: Kind = Kind.ROWS
    ledger: Ledger | None = None
    mark: str = ""
    part: str = ""
    whole: str = ""

    @property
    def source(self) -> Ledger:
        """The ledger whose rows stand behind it; those of the part behind a share."""
        return self.ledger or METRICS[self.part].source

    @property
    def source_mark(self) -> str:
        return self.mark if self.ledger else METRICS[self.part].source_mark


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
    wanted = [METRICS[key] for key in keys]
    needed = {metric.key: metric for metric in wanted}
    for metric in wanted:
        needed |= {key: METRICS[key] for key in (metric.part, metric.whole) if key}
    counted = _counted(ask, list(needed.values()), by)
    groups = dict.fromkeys(key for values in counted.values() for key in values)
    return {group: _group(wanted, counted, group) for group in groups}


def nothing_of(keys: Iterable[str]) -> Figures:
    """Return the figures of a group without a row: counts are zero, all else is null."""
    return {key: 0 if METRICS[key].unit == Unit.COUNT else None for key in keys}


def total_of(ask: Ask, keys: Sequence[str]) -> Figures:
    """Return the figures of the whole question."""
    return nothing_of(keys) | figures_of(ask, keys).get((), {})


Counted = Mapping[str, Mapping[Key, "int | Tally"]]


def _counted(ask: Ask, needed: Sequence[Metric], by: Sequence[str]) -> Counted:
    """Return what each metric counts by group, from as few statements as there are ledgers and ways to count them."""
    found: dict[str, dict[Key, int | Tally]] = {}
    tallies: dict[tuple[str, bool, bool], dict[Key, Tally]] = {}
    for metric in needed:
        if metric.ledger is None:
            continue
        if metric.kind == Kind.THINGS:
            found[metric.key] = dict(things(ask, metric.ledger, by))
            continue
        if metric.ledger is ledgers.HELD:
            found[metric.key] = dict(held(ask, by))
            continue
        spread = any(
            other.ledger is metric.ledger and other.kind in (Kind.MEDIAN, Kind.P90) and not other.mark
            for other in needed
        )
        marked = any(other.ledger is metric.ledger and other.mark for other in needed)
        key = (metric.ledger.name, spread, marked)
        if key not in tallies:
            tallies[key] = tally(ask, metric.ledger, [*by, "mark"] if marked else by, spread=spread)
        found[metric.key] = dict(_marked(tallies[key], metric.mark) if marked else tallies[key])
    return found


def _marked(tallies: Mapping[Key, Tally], mark: str) -> dict[Key, Tally]:
    """Return the tallies of the groups for one mark, or for all marks together."""
    found: dict[Key, Tally] = {}
    for (*group, own), each in tallies.items():
        if mark and own != mark:
            continue
        sum_ = found.setdefault(tuple(group), Tally())
        sum_.rows += each.rows
        sum_.total += each.total
    return found


def _group(wanted: Sequence[Metric], counted: Counted, group: Key) -> Figures:
    return {metric.key: _figure(metric, counted, group) for metric in wanted}


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
    Metric("satisfied", _("Satisfied"), _("Ratings of 4 and 5."), ledger=ledgers.RATINGS, mark="satisfied"),
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
        Metric(met, of(_("Met")), _("Promises kept in time."), ledger=ledgers.PROMISES, mark=f"{metric} met"),
        Metric(breached, of(_("Missed")), _("Promises not kept in time, whether kept later or not."),
               ledger=ledgers.PROMISES, mark=f"{metric} breached"),
        Metric(open_, of(pgettext_lazy("tickets", "Open")), _("Promises neither kept nor missed; not counted."),
               ledger=ledgers.PROMISES, mark=f"{metric} open"),
        Metric(ended, label, _("Promises kept or missed."), ledger=ledgers.ENDED_PROMISES, mark=metric),
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
