"""The two lists of the desk: who waits, in the order of the queue, and whom one has."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Left
from django.utils.translation import pgettext

from accounts.models import User
from chat.admin.badges import lasted
from chat.models import ChatMessage, Session
from chat.policies import ACCEPT
from chat.rooms import QUEUE, room_for
from chat.states import Status
from core import clock
from realtime.log import latest_seqs
from tickets.models import AuthorType

WAITING_SHOWN = 50
EXCERPT = 120


@dataclass(frozen=True)
class Card:
    """A chat in a list: `since` is when its wait began, `unread` what its customer said that nobody has read."""

    session: Session
    last: str
    since: datetime.datetime | None
    waited: str
    unread: int = 0
    place: int = 0


@dataclass(frozen=True)
class Desk:
    """Hold what the lists show, and where their rooms stood before they were read."""

    waiting: list[Card]
    waiting_count: int
    mine: list[Card]
    capacity: int
    may_accept: bool
    shown: int | None
    seqs: dict[str, int]

    @property
    def is_full(self) -> bool:
        return len(self.mine) >= self.capacity

    @property
    def queue(self) -> dict[str, int | str]:
        """Return the queue's room and its latest number."""
        return {"room": QUEUE, "seq": self.seqs[QUEUE]}

    @property
    def rooms(self) -> dict[str, int]:
        """Return the viewer's chats with the latest numbers of their rooms, for joining them."""
        return {str(card.session.pk): self.seqs.get(f"chat-staff:{card.session.pk}", 0) for card in self.mine}


def read_desk(user: User, shown: int | None = None, beside: Iterable[int] = ()) -> Desk:
    """The desk of this person; `shown` is the chat that is at hand on it, whose messages count as read there.

    `beside` are all that are open on it.
    """
    may_accept = user.has_perm(ACCEPT)
    mine = list(own_chats(user).values_list("pk", flat=True)) if may_accept else []
    # Read the sequence numbers before the data, so that a client which joins with them misses nothing.
    seqs = latest_seqs([QUEUE, *(room_for(user, pk) for pk in {*mine, *beside})])
    now = clock.now()
    waiting = Session.objects.visible_to(user).waiting()
    first = list(_with_last(waiting, AuthorType.CUSTOMER).select_related("customer")[:WAITING_SHOWN])
    active = _with_last(own_chats(user), AuthorType.CUSTOMER, AuthorType.AGENT).annotate(unread=_unread())
    held = list(active.select_related("customer")) if mine else []
    return Desk(
        waiting=[_card(row, now, place=place) for place, row in enumerate(first, 1)],
        waiting_count=len(first) if len(first) < WAITING_SHOWN else waiting.count(),
        mine=[_card(row, now, unread=0 if row.pk == shown else row.unread) for row in held],
        capacity=settings.CHAT["capacity"],
        may_accept=may_accept,
        shown=shown,
        seqs=seqs,
    )


def own_chats(user: User) -> QuerySet[Session]:
    """The chats this person has in hand, in the order he took them."""
    rows: QuerySet[Session] = Session.objects.visible_to(user).filter(agent_id=user.pk, status=Status.ACTIVE)
    return rows.order_by("accepted_at", "pk")


def unread_of(user: User) -> dict[int, int]:
    """How much nobody has read in each of one's chats."""
    return dict(own_chats(user).annotate(unread=_unread()).values_list("pk", "unread"))


def _card(row: Any, now: datetime.datetime, **more: int) -> Card:
    said = " ".join((row.last or "").split()) if row.last != "" else pgettext("preview", "File")
    return Card(row, said, row.waiting_since, lasted(row.waiting_since, now), **more)


def _with_last(rows: QuerySet[Session], *authors: AuthorType) -> Any:
    """With the beginning of what one of these wrote last; the choice of a quick reply says little."""
    said = ChatMessage.objects.filter(
        session=OuterRef("pk"), is_internal=False, reply_value="", author_type__in=authors
    )
    return rows.annotate(last=Subquery(said.order_by("-pk").values(start=Left("body", EXCERPT))[:1]))


def _unread() -> Any:
    rows = ChatMessage.objects.filter(session=OuterRef("pk"), author_type=AuthorType.CUSTOMER, read_at=None)
    counted = rows.order_by().values("session").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
