"""Generated tickets with a life of their own, stored by the one writer of tickets."""

from __future__ import annotations

import datetime
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from accounts.models import User
from chat.models import ChatRating, Session
from core.operation import operation_scope
from tests.cast import Cast
from tickets.facts import Fact
from tickets.models import AuthorType, Category, Message, Rating, Ticket
from tickets.operations.writer import NewThread, write_tickets
from tickets.states import DONE, WORKING, Priority, Status, allowed

UTC = datetime.UTC
BEGIN = datetime.datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Maker:
    """Makes tickets between BEGIN and BEGIN + `days`, some at `edges`; the same seed makes the same ones."""

    cast: Cast
    seed: int
    days: int = 60
    edges: Sequence[datetime.datetime] = ()
    dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.agents = [self.cast.agent, self.cast.colleague, self.cast.lead]
        self.categories = [Category.objects.create(name_ar=f"ف{n}", name_en=f"C{n}") for n in range(3)]

    def make(self, count: int) -> list[Ticket]:
        threads = [self._thread() for _ in range(count)]
        with operation_scope():
            write_tickets(threads, told=False)
        tickets = [thread.ticket for thread in threads]
        rated = [ticket for ticket in tickets if ticket.status in DONE and self.dice.random() < 0.6]
        Rating.objects.bulk_create(self._rating(ticket) for ticket in rated)
        return tickets

    def _rating(self, ticket: Ticket) -> Rating:
        at = (ticket.resolved_at or ticket.created_at) + datetime.timedelta(hours=self.dice.randrange(90))
        return Rating(
            ticket=ticket,
            rating=self.dice.randint(1, 5),
            agent_id=ticket.resolved_by_id,
            rated_at=at,
            first_rated_at=at,
        )

    def _thread(self) -> NewThread:
        dice = self.dice
        at = BEGIN + datetime.timedelta(milliseconds=dice.randrange(self.days * 86_400_000))
        if dice.random() < 0.2:  # close to a midnight of Riyadh, or to one of the edges
            midnight = at.replace(hour=21, minute=0, second=0, microsecond=0)
            edge = dice.choice(self.edges).astimezone(UTC) if self.edges and dice.random() < 0.5 else midnight
            at = edge + datetime.timedelta(milliseconds=dice.choice([-1, 0, 1]))
        ticket = Ticket(
            subject="S", description="D", customer=dice.choice([self.cast.customer, self.cast.stranger]),
            created_by=self.cast.customer, created_at=at, priority=dice.choice(list(Priority)),
            category=dice.choice([*self.categories, None]), team=dice.choice([self.cast.team, None]),
            tags=dice.choice([["vip"], ["vip", "phone"], []]),
        )  # fmt: skip
        ticket.created_by = ticket.customer
        messages = [self._message(ticket, ticket.customer, at)]
        steps: list[Fact] = []
        for _ in range(dice.randrange(12)):
            at += datetime.timedelta(seconds=dice.choice([0, 1, 50, 4000, 60_000, 400_000]))
            self._step(ticket, steps, messages, at)
        return NewThread(ticket, messages, ticket.customer, steps)

    def _step(self, ticket: Ticket, steps: list[Fact], messages: list[Message], at: datetime.datetime) -> None:
        dice, agent = self.dice, self.dice.choice(self.agents)
        what = dice.randrange(5)
        if what == 0:
            messages.append(self._message(ticket, ticket.customer, at))
        elif what == 1:
            messages.append(self._message(ticket, agent, at, internal=dice.random() < 0.3))
        elif what == 2:
            to = dice.choice([*self.agents, None])
            old = ticket.assignee
            if old != to:
                ticket.assignee = to
                old_text, new_text = (str(user.pk) if user else "" for user in (old, to))
                steps.append(Fact(0, "assignee", old_text, new_text, agent.pk, at))
        else:
            self._move(ticket, steps, at, dice.choice([agent, agent, ticket.customer]))

    def _move(self, ticket: Ticket, steps: list[Fact], at: datetime.datetime, by: User) -> None:
        to = self.dice.choice(allowed(ticket.status))
        steps.append(Fact(0, "status", str(ticket.status), str(to), by.pk, at))
        if to in WORKING and ticket.status in DONE:
            ticket.resolved_at = ticket.resolved_by = ticket.resolved_assignee = ticket.closed_at = None
            ticket.reopen_count += 1
        if to in DONE and ticket.resolved_at is None and (by.is_agent or to == Status.RESOLVED):
            ticket.resolved_at, ticket.resolved_by, ticket.resolved_assignee = at, by, ticket.assignee
        if to == Status.CLOSED:
            ticket.closed_at = at
        ticket.status = to

    def _message(self, ticket: Ticket, by: User, at: datetime.datetime, internal: bool = False) -> Message:
        message = Message(
            author=by, author_type=AuthorType.of(by), body="B", is_internal=internal and by.is_agent, created_at=at
        )
        if by.is_agent and not message.is_internal and ticket.first_response_at is None:
            ticket.first_response_at, ticket.first_response_by = at, by
        return message


def make_chats(cast: Cast, dice: random.Random, count: int) -> None:
    """Chats that the bot ended, that waited in vain, and that agents had, some rated; all are over."""
    made = []
    for _ in range(count):
        at = BEGIN + datetime.timedelta(seconds=dice.randrange(60 * 86_400), milliseconds=dice.randrange(1000))
        waited = at + datetime.timedelta(seconds=dice.randrange(1, 90)) if dice.random() < 0.8 else None
        accepted = waited + datetime.timedelta(seconds=dice.randrange(900)) if waited and dice.random() < 0.7 else None
        ended = (accepted or waited or at) + datetime.timedelta(seconds=dice.randrange(1, 4000))
        made.append(
            Session(
                customer=dice.choice([cast.customer, cast.stranger]), language="ar", status="ended", created_at=at,
                agent=dice.choice([cast.agent, cast.colleague]) if accepted else None, first_waiting_at=waited,
                first_accepted_at=accepted, accepted_at=accepted, ended_at=ended, ended_by="customer",
            )
        )  # fmt: skip
    Session.objects.bulk_create(made)
    rated = [chat for chat in made if dice.random() < 0.5]
    ChatRating.objects.bulk_create(
        ChatRating(session=chat, rating=dice.randint(1, 5), agent=chat.agent, rated_at=chat.ended_at) for chat in rated
    )
