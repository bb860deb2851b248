"""The figures of reports computed slowly, in plain Python, from all rows: what every door must agree with."""

from __future__ import annotations

import datetime
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from chat.models import Session
from reports.classes import BOUNDS
from tickets.models import Change, Message, Rating, SlaEvent, Ticket

WORKING, DONE = ("open", "in_progress", "pending", "on_hold"), ("resolved", "closed")
WINDOW = datetime.timedelta(days=7)


def two(value: Any) -> float:
    exact = Fraction(value)
    return float((Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP))


def rate(part: int, whole: int) -> float | None:
    return two(Fraction(100 * part, whole)) if whole else None


def seconds(span: datetime.timedelta) -> Fraction:
    micro = span // datetime.timedelta(microseconds=1)
    return Fraction(max(micro, 0), 1_000_000)


def mean(values: list[Any], divisor: int = 1) -> float | None:
    return two(sum(map(Fraction, values)) / len(values) / divisor) if values else None


def percentile(values: list[Fraction], share: Fraction) -> float | None:
    """The value of the class of the one at place ⌈share × count⌉."""
    if not values:
        return None
    exact = sorted(values)[math.ceil(share * len(values)) - 1]
    return two(Fraction(max(bound for bound in BOUNDS if bound <= int(exact)), 60))


@dataclass
class Resolving:
    ticket: Ticket
    at: datetime.datetime
    agent: int | None


class Oracle:
    """All tickets that `keep` keeps, over days of a zone, both included."""

    def __init__(self, first: str, last: str, zone: str, keep: Any) -> None:
        self.zone = ZoneInfo(zone)
        self.first, self.last = datetime.date.fromisoformat(first), datetime.date.fromisoformat(last)
        self.history: dict[int, list[Change]] = defaultdict(list)
        for change in Change.objects.order_by("at", "id"):
            self.history[change.ticket_id].append(change)
        self.messages: dict[int, list[Message]] = defaultdict(list)
        for message in Message.objects.filter(is_internal=False).order_by("id"):
            self.messages[message.ticket_id].append(message)
        self.ratings = {rating.ticket_id: rating for rating in Rating.objects.all()}
        self.events: dict[int, list[SlaEvent]] = defaultdict(list)
        for event in SlaEvent.objects.all():
            self.events[event.ticket_id].append(event)
        tickets = Ticket.objects.filter(merged_into=None)
        self.tickets = [ticket for ticket in tickets if keep(ticket, self.history[ticket.pk])]
        self.mine = [ticket for ticket in self.tickets if self.within(ticket.created_at)]
        self.resolvings = [found for ticket in self.tickets for found in self._resolvings(ticket)]

    def day(self, at: datetime.datetime) -> datetime.date:
        return at.astimezone(self.zone).date()

    def within(self, at: datetime.datetime) -> bool:
        return self.first <= self.day(at) <= self.last

    def moves(self, ticket: Ticket) -> list[Change]:
        return [change for change in self.history[ticket.pk] if change.field == "status" and change.old]

    def _resolvings(self, ticket: Ticket) -> list[Resolving]:
        found, agent = [], None
        for change in self.history[ticket.pk]:
            if change.field == "assignee":
                agent = int(change.new) if change.new else None
            is_over = change.field == "status" and change.old in WORKING and change.new in DONE
            if is_over and change.by_id != ticket.customer_id and self.within(change.at):
                found.append(Resolving(ticket, change.at, agent))
        return found

    def overview(self) -> dict[datetime.date, dict[str, int]]:
        """The moves of each day, and the backlog at its end."""
        days = [self.first + datetime.timedelta(days=n) for n in range((self.last - self.first).days + 1)]
        found = {day: dict.fromkeys(("created", "resolved", "closed", "reopened", "backlog"), 0) for day in days}
        for ticket in self.mine:
            found[self.day(ticket.created_at)]["created"] += 1
        for resolving in self.resolvings:
            found[self.day(resolving.at)]["resolved"] += 1
        for ticket in self.tickets:
            for change in self.moves(ticket):
                if self.within(change.at):
                    day = found[self.day(change.at)]
                    day["closed"] += change.new == "closed"
                    day["reopened"] += change.old in DONE and change.new in WORKING
            for day in days:
                past = [c.new for c in self.history[ticket.pk] if c.field == "status" and self.day(c.at) <= day]
                found[day]["backlog"] += bool(past) and past[-1] in WORKING
        return found

    def agent(self, pk: int) -> dict[str, Any]:
        credited = [found for found in self.resolvings if found.agent == pk]
        resolved = {found.ticket.pk for found in credited}
        held = resolved | {ticket.pk for ticket in self.tickets if self._held(ticket, pk)}
        answered = [t for t in self.mine if t.first_response_by_id == pk]
        responses = [seconds(t.first_response_at - t.created_at) for t in answered]
        durations = [seconds(found.at - found.ticket.created_at) for found in credited]
        replies = [m for t in self.mine for m in self.messages[t.pk] if m.author_type == "agent" and m.author_id == pk]
        stars = [r.rating for t in self.mine if (r := self.ratings.get(t.pk)) and r.agent_id == pk]
        return {
            "assignedTickets": len(held), "resolvedTickets": len(resolved),
            "resolutionRate": rate(len(resolved), len(held)), "avgRating": mean(stars),
            "avgFirstResponseMinutes": mean(responses, 60), "avgResolutionMinutes": mean(durations, 60),
            "totalMessages": len([m for m in replies if m.opens_id is None]),
            "medianResolutionMinutes": percentile(durations, Fraction(1, 2)),
            "p90ResolutionMinutes": percentile(durations, Fraction(9, 10)),
            "medianFirstResponseMinutes": percentile(responses, Fraction(1, 2)),
            "p90FirstResponseMinutes": percentile(responses, Fraction(9, 10)),
        }  # fmt: skip

    def _held(self, ticket: Ticket, pk: int) -> bool:
        """Walk through the ticket's life: was it this agent's, and open, at any moment of the period?"""
        facts = [c for c in self.history[ticket.pk] if c.field in ("status", "assignee")]
        state: dict[str, str] = {}
        for change, after in zip(facts, [*facts[1:], None], strict=True):
            state[change.field] = change.new
            if state.get("assignee") == str(pk) and state["status"] in WORKING:
                begins, ends = self.day(change.at), after and after.at
                starts_in = self.first <= begins <= self.last
                midnight = datetime.datetime.combine(self.first, datetime.time(), self.zone)
                if starts_in or (begins < self.first and (ends is None or ends > midnight)):
                    return True
        return False

    def category(self, pk: int | None) -> dict[str, Any]:
        of = [ticket for ticket in self.mine if ticket.category_id == pk]
        done = [ticket for ticket in of if ticket.status in DONE]
        times = [seconds(ticket.resolved_at - ticket.created_at) for ticket in done if ticket.resolved_at]
        return {
            "totalTickets": len(of), "openTickets": len(of) - len(done), "resolvedTickets": len(done),
            "resolutionRate": rate(len(done), len(of)), "avgResolutionTimeMinutes": mean(times, 60),
            "avgRating": mean([self.ratings[t.pk].rating for t in of if t.pk in self.ratings]),
        }  # fmt: skip

    def satisfaction(self) -> dict[str, Any]:
        stars = [self.ratings[t.pk].rating for t in self.mine if t.pk in self.ratings]
        could = [t for t in self.mine if t.status in DONE or t.pk in self.ratings]
        return {
            "score": rate(len([star for star in stars if star >= 4]), len(stars)),
            "responseRate": rate(len(stars), len(could)), "average": mean(stars), "count": len(stars),
            "distribution": {str(star): stars.count(star) for star in range(1, 6)},
        }  # fmt: skip

    def peak_hours(self) -> dict[tuple[int, int], int]:
        found: dict[tuple[int, int], int] = defaultdict(int)
        for ticket in self.mine:
            local = ticket.created_at.astimezone(self.zone)
            found[local.isoweekday(), local.hour] += 1
        return found

    def first_contact(self) -> dict[str, Any]:
        done = [ticket for ticket in self.mine if ticket.status in DONE]
        first = [ticket for ticket in done if self._at_first_contact(ticket)]
        return {
            "firstContactResolutionRate": rate(len(first), len(done)), "resolved": len(done), "firstContact": len(first)
        }  # fmt: skip

    def _at_first_contact(self, ticket: Ticket) -> bool:
        answered = False
        for message in self.messages[ticket.pk]:
            if message.author_type == "customer" and answered:
                return False
            answered = answered or (message.author_type == "agent" and message.opens_id is None)
        over_since = None
        for change in self.moves(ticket):
            if change.new in DONE and change.old in WORKING:
                over_since = change.at
            if change.old in DONE and change.new in WORKING and change.at - over_since <= WINDOW:
                return False
        return answered

    def chats(self, chats: Sequence[Session]) -> dict[str, Any]:
        """The figures of those of some chats, all of them over, that began in the period."""
        mine = [chat for chat in chats if self.within(chat.created_at)]
        waited = [seconds(c.first_accepted_at - c.first_waiting_at) for c in mine if c.first_accepted_at]
        return {
            "sessions": len(mine),
            "handledByBot": len([chat for chat in mine if not chat.first_waiting_at and not chat.first_accepted_at]),
            "abandoned": len([chat for chat in mine if chat.first_waiting_at and not chat.first_accepted_at]),
            "avgWaitSeconds": mean(waited),
            "avgDurationSeconds": mean([seconds(chat.ended_at - chat.created_at) for chat in mine if chat.ended_at]),
            "avgRating": mean([chat.rating.rating for chat in mine if hasattr(chat, "rating")]),
        }

    def messages_per_ticket(self) -> dict[str, Any]:
        said = [m for t in self.mine for m in self.messages[t.pk] if m.author_type in ("customer", "agent")]
        whole = len(self.mine)
        return {
            "avgMessagesPerTicket": two(Fraction(len(said), whole)) if whole else None,
            "tickets": whole, "messages": len(said),
        }  # fmt: skip

    def promises(self, metric: str) -> dict[str, Any]:
        kinds = [e.kind for t in self.mine for e in self.events[t.pk] if e.metric == metric]
        met, breached = kinds.count("met"), kinds.count("breach")
        return {"met": met, "breached": breached, "compliance": rate(met, met + breached)}

    def still_open(self, metric: str, minutes: int, now: datetime.datetime) -> int:
        """Promises of so many minutes around the clock that are neither kept nor missed, of tickets under work."""
        return sum(self._is_open(ticket, metric, minutes, now) for ticket in self.mine if ticket.status in WORKING)

    def _is_open(self, ticket: Ticket, metric: str, minutes: int, now: datetime.datetime) -> bool:
        since = self._waits_since(ticket, metric)
        if since is None:
            return False
        runs = ("open", "in_progress") if metric == "resolution" else WORKING
        moves = [change for change in self.history[ticket.pk] if change.field == "status"]
        ran = datetime.timedelta()
        for move, after in zip(moves, [*moves[1:], None], strict=True):
            begins, ends = max(move.at, since), after.at if after else now
            if move.new in runs and ends > begins:
                ran += ends - begins
        return ran < datetime.timedelta(minutes=minutes)

    def _waits_since(self, ticket: Ticket, metric: str) -> datetime.datetime | None:
        """When the promise began that is not fulfilled yet."""
        if metric == "resolution":
            reopened = [c.at for c in self.moves(ticket) if c.old in DONE and c.new in WORKING]
            return reopened[-1] if reopened else ticket.created_at
        since, answered = ticket.created_at, False
        for message in self.messages[ticket.pk]:
            if message.opens_id is None and message.author_type == "agent":
                since, answered = None, True
            elif message.opens_id is None and answered and since is None:
                since = message.created_at
        return since if answered == (metric == "next_response") else None
