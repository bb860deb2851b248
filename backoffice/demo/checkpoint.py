"""How the demo knows what it has made: the audit log says of each of its entries which step it belongs to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from accounts.models import SERVICE_ROLES, User
from audit.models import Entry
from backoffice.demo.people import DOMAIN
from core.request_context import Origin
from tickets.models import Ticket

_AGENT = "manage.py demo"
_MARK = re.compile(rf"{re.escape(_AGENT)} of (\d+) tickets, step (\d+) of (\d+)")


@dataclass(frozen=True)
class Mark:
    """How far a demo got: its size in tickets, and the number of its last finished step; step 0 opens the shop."""

    size: int
    done: int
    total: int

    @property
    def complete(self) -> bool:
        return self.done == self.total

    def origin(self) -> Origin:
        """Where entries made now say that they come from."""
        return Origin(user_agent=f"{_AGENT} of {self.size} tickets, step {self.done} of {self.total}")


def latest() -> tuple[Mark, datetime] | None:
    """How far the demo got in this database, and when its shop opened; None when it never began."""
    made = Entry.objects.filter(detail__user_agent__startswith=_AGENT)
    last = made.order_by("-id").values_list("detail__user_agent", flat=True).first()
    found = _MARK.fullmatch(last or "")
    if found is None:
        return None
    opened_at = made.order_by("id").values_list("created_at", flat=True)[0]
    return Mark(*map(int, found.groups())), opened_at


def tickets_made() -> dict[int, int]:
    """The tickets of the demo: the step that opened each, and its id."""
    return _made("TICKET_CREATED")


def chats_made() -> dict[int, int]:
    """The chats of the demo: the step that began each, and its id."""
    return _made("CHAT_SESSION_CREATED")


def _made(action: str) -> dict[int, int]:
    made = Entry.objects.filter(action=action, detail__user_agent__startswith=_AGENT)
    found: dict[int, int] = {}
    for entity_id, agent in made.values_list("entity_id", "detail__user_agent"):
        mark = _MARK.fullmatch(agent)
        if mark:
            found[int(mark[2])] = int(entity_id)
    return found


def real_data(*, begun: bool) -> str:
    """Return what this database holds that is not the demo's, in words; empty when there is nothing.

    Before a demo has begun everybody is real.
    """
    people = User.objects.exclude(role__in=SERVICE_ROLES)
    stranger = (people.exclude(email__endswith=f"@{DOMAIN}") if begun else people).first()
    if stranger is not None:
        return f"the user {stranger.audit_name}"
    ticket = Ticket.objects.exclude(pk__in=tickets_made().values()).first()
    return f"the ticket {ticket.number}" if ticket else ""
