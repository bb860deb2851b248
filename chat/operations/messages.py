"""Writing in a chat: one statement stores a message and moves what the watch over the queue goes by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from accounts.models import User
from audit.recorder import record
from chat import events, notices
from chat.models import ChatMessage, Session
from chat.querysets import CHAT_MESSAGE_OWNER
from chat.states import Status
from core import clock
from core.jsonb import clean_text
from core.prepared import execute
from tickets.models import AuthorType
from tickets.operations.create import author_type
from uploads.operations import attach

_INSERT = """
with m as (
  insert into chat_message (session_id, author_id, author_type, body, is_internal, quick_replies, reply_value,
                            answers_id, rule_id, client_message_id, created_at)
  values (%s::bigint, %s::bigint, %s::text, %s::text, %s::boolean, %s::jsonb, %s::text,
          %s::bigint, %s::bigint, %s::text, %s::timestamptz)
  on conflict (author_id, session_id, client_message_id) where not (client_message_id = '') do nothing
  returning id, session_id, created_at
), s as (
  update chat_session set {moves} from m where chat_session.id = m.session_id
)
select id from m
"""
# Who speaks is here, and the chat is not idle.
_MOVES = {
    AuthorType.CUSTOMER: "last_message_at = m.created_at, last_customer_at = m.created_at, customer_gone_at = null, "
    "customer_asked_at = null, idle_warned_at = null",
    AuthorType.AGENT: "last_message_at = m.created_at, last_agent_at = m.created_at, agent_gone_at = null, "
    "idle_warned_at = null",
    AuthorType.BOT: "last_message_at = m.created_at, idle_warned_at = null",
}
_NOTE = "last_agent_at = m.created_at, agent_gone_at = null"


@dataclass(frozen=True)
class Line:
    """What is said: `answers` is the message a bot's answer belongs to, `rule_id` the rule it comes from."""

    body: str
    is_internal: bool = False
    attachments: Sequence[str] = ()
    client_message_id: str = ""
    quick_replies: list[dict[str, str]] = field(default_factory=list)
    reply_value: str = ""
    answers_id: int | None = None
    rule_id: int | None = None


def say(session: Session, line: Line, by: User) -> ChatMessage | None:
    """Store a message of a chat that is locked, audited, announced; None when it was sent before."""
    message = ChatMessage(
        session=session,
        author=by,
        author_type=author_type(by),
        body=clean_text(line.body),
        is_internal=line.is_internal,
        quick_replies=line.quick_replies,
        reply_value=line.reply_value,
        answers_id=line.answers_id,
        rule_id=line.rule_id,
        client_message_id=line.client_message_id,
        created_at=clock.now(),
    )
    if not _insert(message):
        return None
    message.attachment_rows = _attach(message, line.attachments, by)
    facts = {"messageId": str(message.pk), "isInternal": message.is_internal}
    record("CHAT_MESSAGE_SENT", session, by=by, new=facts | {"attachments": len(message.attachment_rows)})
    if not message.is_internal and session.status == Status.ACTIVE and message.author_type != AuthorType.SYSTEM:
        notices.messaged(session, message, by)
    events.message_added(message)
    return message


def _insert(message: ChatMessage) -> bool:
    moves = _NOTE if message.is_internal else _MOVES.get(AuthorType(message.author_type), "")
    values: list[Any] = [
        message.session_id,
        message.author_id,
        str(message.author_type),
        message.body,
        message.is_internal,
        orjson.dumps(message.quick_replies).decode(),
        message.reply_value,
        message.answers_id,
        message.rule_id,
        message.client_message_id,
        message.created_at,
    ]
    rows = execute(_INSERT.format(moves=moves) if moves else _PLAIN, values)
    if not rows:
        return False
    message.pk = rows[0][0]
    message._state.adding = False
    return True


# What the system says moves nothing: it neither keeps a chat from being idle nor anybody from being gone.
_PLAIN = _INSERT.partition(", s as (")[0] + " select id from m"


def _attach(message: ChatMessage, references: Sequence[str], by: User) -> list[dict[str, Any]]:
    """Claim the caller's uploads for a message; the rows as its form shows them. Raises Invalid."""
    if not references:
        return []
    files = attach(references, owner_type=CHAT_MESSAGE_OWNER, owner_id=message.pk, by=by)
    return [
        {"id": str(file.pk), "filename": file.filename, "contentType": file.content_type, "size": file.size}
        for file in files
    ]
