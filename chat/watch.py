"""The watch over all open chats: who is gone, who waits too long, what is idle; nothing ends in silence.

Two watches at once do no harm: each act locks its chat and looks again. Without Redis everybody counts as here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings

from accounts.models import Role, User
from chat import automation
from chat.models import ChatMessage, Session
from chat.notices.kinds import takers
from chat.operations import read, upkeep
from chat.operations.assigning import give_chats
from chat.operations.reading import left_marks
from chat.states import OPEN, UNTAKEN, Status
from core import clock
from core.errors import Problem
from realtime.places import connected
from tickets.assigning.models import AssignmentRule
from tickets.sla import hours

log = structlog.get_logger(__name__)


def watch() -> None:
    """Look at every open chat once."""
    now = clock.now()
    system = User.objects.service(Role.SYSTEM)
    _safely(automation.catch_up, now)
    _safely(_write_left_marks)
    sessions = list(Session.objects.open().order_by("pk"))
    here = connected({session.customer_id for session in sessions} | {s.agent_id for s in sessions if s.agent_id})
    _note_absence(sessions, here, now)
    agents = User.objects.with_right("chat.accept").filter(pk__in={s.agent_id for s in sessions if s.agent_id})
    able = set(agents.values_list("pk", flat=True))
    for session in sessions:
        for act in _acts(session, now, able):
            _safely(act, session.pk, now=now, by=system)
    _safely(_give_out, system)
    _safely(_offer_tickets, now)


def _give_out(system: User) -> None:
    """Give waiting chats to agents where assignment rules say so."""
    for rule_id in AssignmentRule.objects.filter(with_chats=True).order_by("pk").values_list("pk", flat=True):
        _safely(give_chats, rule_id, by=system)


def after_message(session_id: int, status: str, message: ChatMessage | None = None) -> None:
    """Do at once what follows a customer's message or wish, else with the next look: the bot's answer, an offer.

    Call it after the commit, with who has the chat by then; it never raises.
    """
    if status == Status.BOT and message is not None:
        automation.answer(message)
    if status in UNTAKEN:
        _safely(_offer_tickets, clock.now(), session_id)


def _offer_tickets(now: datetime, session_id: int | None = None) -> None:
    """Offer a ticket to those who wait while we are closed, nobody is available, or too long; or to one of them."""
    waiting = Session.objects.filter(status=Status.WAITING, ticket_offered_at=None)
    rows = list(waiting.filter(pk=session_id) if session_id else waiting.order_by("pk"))
    if not rows:
        return
    system, everybody = User.objects.service(Role.SYSTEM), _why_everybody(now)
    for session in rows:
        reason = everybody or ("waiting" if _past(session.waiting_since, "offer_seconds", now) else "")
        if reason:
            _safely(upkeep.offer_ticket, session.pk, reason, now=now, by=system)


def people_are_here() -> bool:
    """Return whether we are open and an agent who takes chats is here."""
    return not _why_everybody(clock.now())


def _why_everybody(now: datetime) -> str:
    """Return why all who wait are offered a ticket at once; empty when agents are here."""
    if not hours.open_now(now):
        return "closed"
    return "" if connected(list(takers().values_list("pk", flat=True))) else "nobody"


def _acts(session: Session, now: datetime, able: set[int]) -> list[Callable[..., Any]]:
    """Return what may be due; the operations look again."""
    found: list[Callable[..., Any]] = []
    gone = session.agent_id not in able or _past(session.agent_gone_at, "agent_gone_seconds", now)
    if session.status == Status.ACTIVE and gone:
        found.append(upkeep.requeue)
    if session.customer_asked_at is None and _past(session.customer_gone_at, "customer_asked_seconds", now):
        found.append(upkeep.ask_customer)
    idle = session.status != Status.WAITING and _past(session.last_message_at, "idle_warned_seconds", now)
    if session.idle_warned_at is None and idle:
        found.append(upkeep.warn_idle)
    if session.customer_asked_at or session.idle_warned_at:
        found.append(upkeep.end_left)
    return found


def _past(since: datetime | None, setting: str, now: datetime) -> bool:
    return since is not None and now - since >= timedelta(seconds=settings.CHAT[setting])


def _note_absence(sessions: Collection[Session], here: set[int], now: datetime) -> None:
    """Remember since when a customer or an agent has no socket, and forget it when he is back."""
    for column, who in (("customer_gone_at", "customer_id"), ("agent_gone_at", "agent_id")):
        away = [s for s in sessions if getattr(s, who) and getattr(s, who) not in here and not getattr(s, column)]
        back = [s for s in sessions if getattr(s, who) in here and getattr(s, column)]
        _set(away, column, now)
        _set(back, column, None)
        if column == "customer_gone_at":
            _set(back, "customer_asked_at", None)


def _set(sessions: list[Session], column: str, value: datetime | None) -> None:
    for session in sessions:
        setattr(session, column, value)
    if sessions:
        Session.objects.filter(pk__in=[session.pk for session in sessions], status__in=OPEN).update(**{column: value})


def _write_left_marks() -> None:
    for session_id, reader_id, message_id in left_marks():
        reader = User.objects.with_rights().filter(pk=reader_id).first()
        if reader is not None:
            _safely(read, session_id, message_id, by=reader)


def _safely(act: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
    """One chat's trouble is not another's: a refusal is no news, a fault is logged."""
    try:
        act(*args, **kwargs)
    except Problem:
        pass
    except Exception:
        log.exception("watch_failed", act=act.__name__)
