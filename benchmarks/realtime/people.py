"""Say whose sockets they are and what rooms they share: customers and agents, at tickets and in chats."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from benchmarks.realtime.load import Target

CUSTOMERS, AGENTS = 1_000, 50


class People:
    """A thousand customers and fifty agents with tokens, made once in a database."""

    def __init__(self) -> None:
        from accounts.models import Role

        self.customers = _made("customer", CUSTOMERS, Role.CUSTOMER)
        self.agents = _made("agent", AGENTS, Role.AGENT)

    def alone(self, count: int) -> list[Target]:
        """Customers' sockets in no room but their own, over both processes in turn."""
        tokens = self.customers.tokens
        return [Target(number % 2, tokens[number % len(tokens)]) for number in range(count)]

    def crowd(self, members: int) -> list[Target]:
        """One agent who types and so many sockets of other agents, all at one ticket."""
        room, tokens = str(self.tickets(1)[0].pk), self.agents.tokens
        path = f"/tickets/{room}/messages"
        others = [tokens[1 + number % (len(tokens) - 1)] for number in range(members)]
        return [Target(number % 2, token, room, path) for number, token in enumerate([tokens[0], *others])]

    def pairs(self, rooms: int) -> list[Target]:
        """A customer and an agent at each of so many tickets, always at different processes."""
        found = []
        for number, ticket in enumerate(self.tickets(rooms)):
            room, path = str(ticket.pk), f"/tickets/{ticket.pk}/messages"
            agent = self.agents.tokens[number % AGENTS]
            first = number % 2
            found.append(Target(first, self.customers.tokens[number], room, path))
            found.append(Target(1 - first, agent, room, path))
        return found

    def chats(self, rooms: int) -> list[Target]:
        """A customer and his agent in each of so many live chats, always at different processes."""
        found = []
        for number, session in enumerate(self._live(rooms)):
            room, first = str(session.pk), number % 2
            path = f"/chat/sessions/{room}/messages"
            found.append(Target(first, self.customers.tokens[number], room, "/chat/my-session/messages"))
            found.append(Target(1 - first, self.agents.tokens[number % AGENTS], room, path))
        return found

    def _live(self, count: int) -> list[Any]:
        """Fresh chats of the first customers with the agents in turn; what they had open before is ended."""
        from chat.models import Session
        from chat.operations import accept, hand_over, start
        from chat.states import OPEN, EndedBy, Status
        from core import clock

        people = self.customers.users[:count]
        Session.objects.filter(customer__in=people, status__in=[*OPEN]).update(
            status=Status.ENDED, ended_at=clock.now(), ended_by=EndedBy.SYSTEM, waiting_since=None
        )
        live = []
        for number, customer in enumerate(people):
            session = start(by=customer).session
            hand_over(by=customer)
            live.append(accept(session.pk, by=self.agents.users[number % AGENTS]))
        return live

    def tickets(self, count: int) -> list[Any]:
        """Fresh open tickets of the first customers; what writes them is removed with the ground."""
        from tickets.operations import NewTicket, create_ticket

        new = NewTicket(subject="Cracked screen", description="The phone came with a cracked screen.")
        return [create_ticket(new, by=user) for user in self.customers.users[:count]]


class _Kind:
    """Users of one kind with a token each."""

    def __init__(self, users: Sequence[Any]) -> None:
        from accounts.models import TokenFamily
        from accounts.tokens import pair
        from core import clock

        self.users = users
        until = clock.now() + timedelta(days=1)
        families = TokenFamily.objects.bulk_create(TokenFamily(user=user, expires_at=until) for user in users)
        self.tokens = [pair(user, family).access for user, family in zip(users, families, strict=True)]


def _made(kind: str, count: int, role: Any) -> _Kind:
    """The users of a kind, made when they are not there; agents with the rights that agents start with."""
    from django.contrib.auth.models import Group

    from accounts.models import User

    mails = [f"{kind}{number}@load.test" for number in range(count)]
    there = set(User.objects.filter(email__in=mails).values_list("email", flat=True))
    missing = [User(email=mail, name=f"Load {kind}", role=role) for mail in mails if mail not in there]
    made = User.objects.bulk_create(missing)
    group = Group.objects.filter(name=role).first()
    if made and group is not None:
        member = User.groups.through
        member.objects.bulk_create(member(user_id=user.pk, group_id=group.pk) for user in made)
    users = list(User.objects.with_rights().filter(email__in=mails).order_by("pk"))
    random.Random(1).shuffle(users)
    return _Kind(users)
