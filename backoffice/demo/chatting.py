"""Carries out the steps of chats through the operations; between them the bot answers as it would."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from accounts.models import User
from backoffice.demo.steps import Step
from chat import automation, operations
from chat.models import ChatMessage, Session
from chat.operations import NewChatMessage
from chat.states import Status
from core import clock

_BOT_TAKES = timedelta(seconds=1)


class Players(Protocol):
    """Hold what these verbs need of who plays: people by mailbox, tickets and chats by their keys."""

    people: dict[str, User]
    tickets: dict[str, int]
    chats: dict[str, int]


def start(player: Players, step: Step) -> None:
    language = step.values["language"]
    started = operations.start(by=player.people[step.by], text=step.body, language=language)
    player.chats[step.ticket] = started.session.pk
    _answered(started.message, step)


def say(player: Players, step: Step) -> None:
    """A customer's message is the bot's to answer as long as it has the chat."""
    by = player.people[step.by]
    ref = None if by.is_customer else player.chats[step.ticket]
    posted = operations.post(ref, NewChatMessage(step.body), by=by)
    if by.is_customer:
        _answered(posted.message, step)


def choose(player: Players, step: Step) -> None:
    """The quick reply of this value under the bot's last message."""
    offered = ChatMessage.objects.filter(session_id=player.chats[step.ticket]).exclude(quick_replies=[])
    last = offered.order_by("-pk").values_list("pk", flat=True)[0]
    operations.post(None, NewChatMessage(quick_reply=(last, step.body)), by=player.people[step.by])


def note(player: Players, step: Step) -> None:
    new = NewChatMessage(step.body, is_internal=True)
    operations.post(player.chats[step.ticket], new, by=player.people[step.by])


def accept(player: Players, step: Step) -> None:
    operations.accept(player.chats[step.ticket], by=player.people[step.by])


def transfer(player: Players, step: Step) -> None:
    agent = step.values["agent"]
    agent_id = player.people[agent].pk if agent else None
    operations.transfer(player.chats[step.ticket], agent_id=agent_id, note=step.body, by=player.people[step.by])


def ticket(player: Players, step: Step) -> None:
    made, _new = operations.make_ticket(player.chats[step.ticket], by=player.people[step.by])
    player.tickets[step.opens] = made.pk


def end(player: Players, step: Step) -> None:
    """Both have read all of it by then."""
    session = Session.objects.select_related("customer", "agent").get(pk=player.chats[step.ticket])
    last = ChatMessage.objects.filter(session=session, is_internal=False).latest("pk").pk
    for reader in (session.customer, session.agent):
        if reader is not None:
            operations.read(session.pk, last, by=_same(player, reader))
    operations.end(session.pk, by=player.people[step.by])


def rate(player: Players, step: Step) -> None:
    operations.rate(rating=step.values["rating"], feedback=step.body, by=player.people[step.by])


VERBS: dict[str, Callable[[Players, Step], None]] = {
    "chat_start": start,
    "chat_say": say,
    "chat_choose": choose,
    "chat_note": note,
    "chat_accept": accept,
    "chat_transfer": transfer,
    "chat_ticket": ticket,
    "chat_end": end,
    "chat_rate": rate,
}


def _same(player: Players, reader: User) -> User:
    """The person with his rights, which were read with him."""
    return player.people[(reader.email or "").partition("@")[0]]


def _answered(message: ChatMessage | None, step: Step) -> None:
    """Have the bot answer, a moment later, when it has the chat."""
    if message is not None and Session.objects.filter(pk=message.session_id, status=Status.BOT).exists():
        with clock.at(step.at + _BOT_TAKES):
            automation.answer(message)
