"""The operations of chats: how each is set off, and what it must leave behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from accounts.models import Role, User
from accounts.operations import set_availability
from chat import operations as chats
from chat.models import ChatMessage, Session
from chat.operations import BotSays, NewChatMessage, upkeep
from chat.operations.assigning import give_chats
from core.request_context import Origin
from realtime.places import Places
from tests.api import Api
from tests.cast import Cast
from tests.chat import acts
from tests.crosscut.cases import UNHEARD, Case, case, deleted, sent
from tests.storage import upload
from tickets.operations import save_rule
from tickets.operations.assigning import RuleValues

_OPS = "chat.operations"
_RULE = {"nameAr": "أ", "nameEn": "A", "triggerPatterns": ["a"], "responseAr": "أ", "responseEn": "A"}
WHOLE_HOUR = timezone.timedelta(hours=1)


def of(prepare: Callable[[Cast], Any], run: Callable[[Cast, dict[str, Any]], Any]) -> Any:
    """A case's `prepare`: a chat as `prepare` leaves it, and then the operation."""

    def both(cast: Cast) -> Callable[[], Any]:
        session = prepare(cast)
        return lambda: run(cast, session)

    return both


def fresh(cast: Cast) -> dict[str, Any]:
    return acts.started(cast.customer)


def asked(cast: Cast) -> dict[str, Any]:
    """A message that the bot owes an answer."""
    session = acts.started(cast.customer)
    chats.post(None, NewChatMessage("hm"), by=cast.customer)
    return session


def waiting(cast: Cast) -> dict[str, Any]:
    """Waiting, and not yet offered a ticket."""
    session = acts.started(cast.customer, "hm hm")
    Session.objects.filter(pk=session["id"]).update(ticket_offered_at=None)
    return session


def active(cast: Cast) -> dict[str, Any]:
    return acts.active(cast.customer, cast.agent)


def with_file(cast: Cast) -> dict[str, Any]:
    session = active(cast)
    [file] = upload(Api(cast.customer), "bill.txt")
    acts.said(cast.customer, attachments=[file["id"]])
    return session


def over(cast: Cast) -> dict[str, Any]:
    acts.started(cast.customer)
    return acts.ended(cast.customer)


def since(prepare: Callable[[Cast], dict[str, Any]], *columns: str) -> Callable[[Cast], dict[str, Any]]:
    """The same, and these things happened an hour ago."""

    def made(cast: Cast) -> dict[str, Any]:
        session = prepare(cast)
        at = timezone.now() - WHOLE_HOUR
        Session.objects.filter(pk=session["id"]).update(**dict.fromkeys(columns, at))
        return session

    return made


def kept(act: Callable[..., Any], *more: Any) -> Callable[[Cast, dict[str, Any]], Any]:
    """Return what the watch does."""
    system = User.objects.service
    return lambda cast, session: act(int(session["id"]), *more, now=timezone.now(), by=system(Role.SYSTEM))


def _answer(cast: Cast, session: dict[str, Any]) -> Any:
    message = ChatMessage.objects.filter(session_id=session["id"]).order_by("-pk")[0]
    return chats.answer_as_bot(BotSays(message.pk, message.session.version, "yes"), by=User.objects.service(Role.BOT))


def _read(cast: Cast, session: dict[str, Any]) -> Any:
    message = ChatMessage.objects.filter(session_id=session["id"]).order_by("-pk")[0]
    return chats.read(session["id"], message.pk, by=cast.agent)


def _post_together(cast: Cast, session: dict[str, Any]) -> Any:
    posts = [(cast.agent, "x"), (cast.customer, "y")]
    return chats.post_together(
        [chats.Post(int(session["id"]), NewChatMessage(body), by, Origin("r", "192.0.2.1", "")) for by, body in posts]
    )


def _giving(cast: Cast, session: dict[str, Any]) -> Any:
    """The round of the rules, to an agent who has a socket."""
    set_availability(cast.agent.pk, status="available", by=cast.agent)
    rule = save_rule(None, RuleValues(with_chats=True), team_id=None, by=cast.administrator)
    places = Places()
    places.take([(cast.agent.pk, "")])
    try:
        return give_chats(rule.pk, by=User.objects.service(Role.SYSTEM))
    finally:
        places.end()


CASES: dict[str, Case] = {
    "bot.operations.save_rule": case(
        sent("lead", "POST", "/chat/bot/rules", _RULE), "BOT_RULE_CREATED", silent=UNHEARD
    ),
    "bot.operations.delete_rule": case(deleted("/chat/bot/rules", _RULE), "BOT_RULE_DELETED", silent=UNHEARD),
    f"{_OPS}.starting.start": case(
        of(lambda cast: {}, lambda cast, _s: chats.start(by=cast.customer)),
        "CHAT_SESSION_CREATED", "chat:session:updated",
    ),
    f"{_OPS}.conversation.post": case(
        of(active, lambda cast, s: chats.post(s["id"], NewChatMessage("x"), by=cast.agent)),
        "CHAT_MESSAGE_SENT", "chat:message",
    ),
    f"{_OPS}.conversation.post_together": case(
        of(active, _post_together), "CHAT_MESSAGE_SENT", "chat:message",
    ),
    f"{_OPS}.conversation.answer_as_bot": case(of(asked, _answer), "CHAT_MESSAGE_SENT", "chat:message"),
    f"{_OPS}.queue.hand_over": case(
        of(fresh, lambda cast, _s: chats.hand_over(by=cast.customer)),
        "CHAT_SESSION_HANDED_OVER", "chat:session:waiting",
    ),
    f"{_OPS}.queue.accept": case(
        of(waiting, lambda cast, s: chats.accept(s["id"], by=cast.agent)),
        "CHAT_SESSION_ACCEPTED", "chat:session:accepted",
    ),
    f"{_OPS}.queue.transfer": case(
        of(active, lambda cast, s: chats.transfer(s["id"], agent_id=cast.colleague.pk, note="n", by=cast.agent)),
        "CHAT_SESSION_TRANSFERRED CHAT_MESSAGE_SENT", "chat:session:updated chat:message",
    ),
    f"{_OPS}.assigning.give_chats": case(
        of(waiting, _giving),
        "USER_UPDATED ASSIGNMENT_RULE_CREATED CHAT_SESSION_TRANSFERRED", "chat:session:accepted",
    ),
    f"{_OPS}.ending.end": case(
        of(active, lambda cast, s: chats.end(s["id"], by=cast.agent)), "CHAT_SESSION_ENDED", "chat:session:updated"
    ),
    f"{_OPS}.ending.rate": case(
        of(over, lambda cast, _s: chats.rate(rating=4, by=cast.customer)), "CHAT_SESSION_RATED", "chat:session:updated"
    ),
    f"{_OPS}.reading.read": case(
        of(active, _read), "", silent="Read marks are told by a signal; neither the log nor the rooms keep them.",
    ),
    f"{_OPS}.reading.mail_transcript": case(
        of(active, lambda cast, _s: chats.mail_transcript("a@example.test", by=cast.customer)),
        "CHAT_TRANSCRIPT_SENT", silent="Nothing of the chat changes.",
    ),
    f"{_OPS}.tickets.make_ticket": case(
        of(active, lambda cast, s: chats.make_ticket(s["id"], by=cast.agent)),
        "CHAT_SESSION_TICKET_CREATED CHAT_MESSAGE_SENT TICKET_CREATED",
        "chat:session:updated chat:message ticket:created",
    ),
    "uploads.operations.copy_files": case(
        of(with_file, lambda cast, s: chats.make_ticket(s["id"], by=cast.agent)),
        "CHAT_SESSION_TICKET_CREATED CHAT_MESSAGE_SENT TICKET_CREATED",
        "chat:session:updated chat:message ticket:created",
        silent="Part of the operation that makes the second owner, which audits and announces it.",
    ),
    f"{_OPS}.upkeep.requeue": case(
        of(since(active, "agent_gone_at"), kept(upkeep.requeue)),
        "CHAT_SESSION_REQUEUED CHAT_MESSAGE_SENT", "chat:session:waiting chat:message",
    ),
    f"{_OPS}.upkeep.ask_customer": case(
        of(since(active, "customer_gone_at"), kept(upkeep.ask_customer)), "CHAT_MESSAGE_SENT", "chat:message"
    ),
    f"{_OPS}.upkeep.warn_idle": case(
        of(since(active, "last_message_at"), kept(upkeep.warn_idle)), "CHAT_MESSAGE_SENT", "chat:message"
    ),
    f"{_OPS}.upkeep.offer_ticket": case(
        of(since(waiting, "waiting_since"), kept(upkeep.offer_ticket, "waiting")), "CHAT_MESSAGE_SENT", "chat:message"
    ),
    f"{_OPS}.upkeep.end_left": case(
        of(since(active, "customer_gone_at", "customer_asked_at"), kept(upkeep.end_left)),
        "CHAT_SESSION_ENDED CHAT_MESSAGE_SENT CHAT_SESSION_TICKET_CREATED TICKET_CREATED",
        "chat:session:updated chat:message ticket:created",
    ),
}  # fmt: skip
