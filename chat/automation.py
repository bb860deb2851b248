"""The bot's part: what it decides becomes an operation, after the customer's message has committed.

Whatever goes wrong in between is made good by the watch: a message that the bot owes an answer shows as such.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Role, User
from bot.answering import decide
from bot.engine import Answer, Facts, HandOver, NoAnswer
from chat import texts
from chat.models import ChatMessage
from chat.operations import BotSays, answer_as_bot
from chat.states import Status
from tickets.models import AuthorType
from tickets.sla import hours

log = structlog.get_logger(__name__)
GIVES_UP_AFTER = timedelta(minutes=1)
"""What could not be answered for so long goes to a person, undecided."""


def answer(message: ChatMessage) -> None:
    """Have the bot answer a customer's message if it has the chat; never raises."""
    try:
        _answer(message.pk)
    except Exception:
        log.exception("bot_failed", message_id=message.pk)


def catch_up(now: datetime) -> int:
    """Answer what was left unanswered, by a crash or a fault; how many messages there were."""
    owed = _owed().filter(created_at__lte=now - timedelta(seconds=settings.CHAT["bot_retry_seconds"]))
    rows = list(owed.order_by("pk")[:200])
    for message in rows:
        try:
            _answer(message.pk, gives_up=now - message.created_at > GIVES_UP_AFTER)
        except Exception:
            log.exception("bot_failed", message_id=message.pk)
    return len(rows)


def _owed() -> QuerySet[ChatMessage]:
    """Customers' messages in chats that the bot has, without its answer."""
    asked = ChatMessage.objects.filter(session__status=Status.BOT, author_type=AuthorType.CUSTOMER)
    return asked.filter(~Exists(ChatMessage.objects.filter(answers=OuterRef("pk"))))


def _answer(message_id: int, *, gives_up: bool = False) -> None:
    rows = ChatMessage.objects.select_related("session__customer").filter(pk=message_id, session__status=Status.BOT)
    message = rows.first()
    if message is None:
        return
    says = _says(message, gives_up)
    answer_as_bot(says, by=User.objects.service(Role.BOT))


def _says(message: ChatMessage, gives_up: bool) -> BotSays:
    session = message.session
    text = message.reply_value or message.body
    facts = Facts(session.customer.name, *hours.describe_in_both())
    found: Answer | HandOver | NoAnswer = (
        NoAnswer(session.language) if gives_up else decide(text, language=session.language, facts=facts)
    )
    if isinstance(found, Answer):
        replies = tuple(
            {"label": reply.label, "value": reply.value, "action": reply.action} for reply in found.quick_replies
        )
        return BotSays(message.pk, session.version, found.text, found.rule_id, replies)
    words = texts.CONNECTING if isinstance(found, HandOver) else texts.NOT_KNOWN
    return BotSays(message.pk, session.version, texts.said(words, found.language), hands_over=True)
