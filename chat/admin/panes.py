"""The chats that are open on the desk beside each other, each with all that its part of the page shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import User
from chat.admin import choices
from chat.admin.allowed_actions import Offers, offers
from chat.admin.badges import STATUS_TONES, lasted
from chat.admin.desk import Desk
from chat.admin.forms import FORMS, ChatForm
from chat.admin.thread import Thread, read_thread
from chat.models import Session
from chat.queries import sessions_for
from chat.rooms import room_for
from core.admin import describe
from core.errors import AlreadyAccepted, NotFound, Problem
from core.ids import as_number
from tickets.pages.choices import canned

OTHERS_SHOWN = 5
PANES_SHOWN = 6


@dataclass(frozen=True)
class Refusal:
    """Hold what an operation refused: the form to be shown again, and why."""

    form: ChatForm | None = None
    problem: Problem | None = None
    status: int = 200

    @property
    def slug(self) -> str:
        return self.form.slug if self.form else ""

    @property
    def words(self) -> str:
        """The refusal in a line; it names who was faster."""
        if self.problem is None:
            return ""
        if isinstance(self.problem, AlreadyAccepted) and self.problem.details:
            return _("%(name)s already took this chat.") % {"name": self.problem.details["agent"]["name"]}
        return describe(self.problem)


@dataclass(frozen=True)
class Pane:
    """Hold one open chat. `seq` is where its room stood before it was read; `unread` counts what nobody has read."""

    session: Session
    may: Offers
    thread: Thread
    forms: dict[str, ChatForm]
    room: str
    seq: int
    unread: int
    is_active: bool
    others: list[dict[str, Any]]
    refused: str = ""
    refusal_text: str = ""

    @property
    def suffix(self) -> str:
        """Return what the ids of this chat's part of the page end with."""
        return f"-{self.session.pk}"

    @property
    def status_tone(self) -> str:
        return STATUS_TONES[self.session.status]

    @property
    def rating(self) -> Any:
        return getattr(self.session, "rating", None)

    @property
    def waited(self) -> str:
        return lasted(self.session.first_waiting_at, self.session.first_accepted_at)

    @property
    def lasted(self) -> str:
        return lasted(self.session.created_at, self.session.ended_at)


def find(ref: str, user: User) -> Session:
    """A chat with all that its page shows; NotFound for what this person does not see."""
    session: Session | None = _complete(user).by_ref(ref).first()
    if session is None:
        raise NotFound
    return session


def asked_for(request: HttpRequest, active: int) -> list[int]:
    """Return the ids of the chats that `?panes=12,13` asks for, in its order; the active one is always among them."""
    numbers = (as_number(part) for part in request.GET.get("panes", "")[:200].split(","))
    found = list(dict.fromkeys(number for number in numbers if number is not None))[:PANES_SHOWN]
    return found if active in found else [active, *found[: PANES_SHOWN - 1]]


def read_panes(
    user: User, ids: list[int], active: int, desk: Desk, source: Mapping[str, Any], refusal: Refusal | None
) -> list[Pane]:
    """Return the open chats; those that this person does not see are left out.

    `source` and `refusal` are about the active one.
    """
    rows = {session.pk: session for session in _complete(user).filter(pk__in=ids)}
    unread = {card.session.pk: card.unread for card in desk.mine}
    panes = []
    for pk in ids:
        if pk in rows:
            here = pk == active
            asked, refused = ({} if refusal else source, refusal) if here else ({}, None)
            panes.append(_pane(rows[pk], user, desk.seqs, asked, refused, is_active=here, unread=unread.get(pk, 0)))
    return panes


def _pane(
    session: Session,
    user: User,
    seqs: dict[str, int],
    source: Mapping[str, Any],
    refusal: Refusal | None,
    **more: Any,
) -> Pane:
    may, room = offers(user, session), room_for(user, session.pk)
    thread = read_thread(session, source, user.pk)
    return Pane(
        session=session,
        may=may,
        thread=thread,
        forms=_forms(session, may, thread, refusal),
        room=room,
        seq=seqs[room],
        others=_others(session, user),
        refused=refusal.slug if refusal else "",
        refusal_text=refusal.words if refusal else "",
        **more,
    )


def _complete(user: User) -> Any:
    return sessions_for(user).complete().select_related("customer", "agent", "rating", "ticket")


def _forms(session: Session, may: Offers, thread: Thread, refusal: Refusal | None) -> dict[str, ChatForm]:
    """Every form by its slug; the refused one in its place."""
    found = {kind.slug: kind(session) for kind in FORMS}
    if refusal and refusal.form and refusal.slug in found:
        found[refusal.slug] = refusal.form
    found["reply"].put("seen", thread.seen)
    if may.write:
        found["reply"].offer(canned=canned(session.language))
    if may.transfer:
        found["transfer"].offer(agent_id=choices.receivers(session))
    return found


def _others(session: Session, user: User) -> list[dict[str, Any]]:
    """The customer's other chats, newest first."""
    rows = sessions_for(user).filter(customer_id=session.customer_id).exclude(pk=session.pk)
    newest = rows.select_related("agent", "rating").order_by("-created_at", "-pk")[:OTHERS_SHOWN]
    return [
        {"session": row, "tone": STATUS_TONES[row.status], "rating": getattr(row, "rating", None)} for row in newest
    ]
