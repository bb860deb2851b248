"""Writing in a chat: one statement stores messages and moves what the watch over the queue goes by."""

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
from core.operation import FIRST, Insert, Row
from core.prepared import execute
from core.request_context import Origin, origin, request_context
from tickets.models import AuthorType
from uploads.operations import attach

# Whoever speaks is here, and the chat is not idle; a note keeps nobody waiting, and what the system says moves nothing.
_INSERT = Insert(
    """
    with r as materialized (
      select nextval('chat_message_id_seq') as id, u.* from {rows} order by u.n
    ), m as (
      insert into chat_message (id, session_id, author_id, author_type, body, is_internal, quick_replies, reply_value,
                                answers_id, rule_id, client_message_id, created_at)
      select id, session_id, author_id, author_type, body, is_internal, quick_replies::jsonb, reply_value,
             answers_id, rule_id, client_message_id, created_at
      from r order by n
      on conflict (author_id, session_id, client_message_id) where not (client_message_id = '') do nothing
      returning id, session_id, author_type, is_internal, created_at
    ), s as (
      update chat_session set
        last_message_at = coalesce(g.said, last_message_at),
        idle_warned_at = case when g.said is null then idle_warned_at end,
        last_customer_at = coalesce(g.customer, last_customer_at),
        customer_gone_at = case when g.customer is null then customer_gone_at end,
        customer_asked_at = case when g.customer is null then customer_asked_at end,
        last_agent_at = coalesce(g.agent, last_agent_at),
        agent_gone_at = case when g.agent is null then agent_gone_at end
      from (
        select session_id,
               max(created_at) filter (where not is_internal and author_type <> 'system') as said,
               max(created_at) filter (where author_type = 'customer') as customer,
               max(created_at) filter (where author_type = 'agent') as agent
        from m group by session_id
      ) g
      where chat_session.id = g.session_id and (g.said is not null or g.agent is not null)
    )
    select r.n, m.id from r join m on m.id = r.id
    """,
    "session_id bigint, author_id bigint, author_type text, body text, is_internal boolean, quick_replies text,"
    " reply_value text, answers_id bigint, rule_id bigint, client_message_id text, created_at timestamptz",
)


@dataclass(frozen=True)
class NewMessage:
    """A message to be stored; `answers_id` is the message that the bot answers by the rule `rule_id`."""

    body: str
    is_internal: bool = False
    attachments: Sequence[str] = ()
    client_message_id: str = ""
    quick_replies: list[dict[str, str]] = field(default_factory=list)
    reply_value: str = ""
    answers_id: int | None = None
    rule_id: int | None = None


@dataclass(frozen=True)
class Posting:
    """A new message of a person in a chat that is locked; `came` is its origin when that is not the present door."""

    session: Session
    new: NewMessage
    by: User
    came: Origin | None = None


def store_message(session: Session, new: NewMessage, by: User) -> ChatMessage | None:
    """Store a message of a chat that is locked, audited, announced; None when it was sent before."""
    return store_messages([Posting(session, new, by)])[0]


def store_messages(postings: Sequence[Posting]) -> list[ChatMessage | None]:
    """Store several messages in their order by one statement, as `store_message` does one."""
    messages = [_message(posting) for posting in postings]
    stored: dict[int, int] = dict(execute(*_INSERT.statement([_row(message) for message in messages])))
    found: list[ChatMessage | None] = []
    for number, (posting, message) in enumerate(zip(postings, messages, strict=True), FIRST):
        if number not in stored:
            found.append(None)
            continue
        message.pk = stored[number]
        message._state.adding = False
        with request_context(posting.came or origin()):
            _announce(posting, message)
        found.append(message)
    return found


def _message(posting: Posting) -> ChatMessage:
    new = posting.new
    return ChatMessage(
        session=posting.session,
        author=posting.by,
        author_type=AuthorType.of(posting.by),
        body=clean_text(new.body),
        is_internal=new.is_internal,
        quick_replies=new.quick_replies,
        reply_value=new.reply_value,
        answers_id=new.answers_id,
        rule_id=new.rule_id,
        client_message_id=new.client_message_id,
        created_at=clock.now(),
    )


def _row(message: ChatMessage) -> Row:
    return (
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
    )


def _announce(posting: Posting, message: ChatMessage) -> None:
    session, by = posting.session, posting.by
    message.attachment_rows = _attach(message, posting.new.attachments, by)
    facts = {"messageId": str(message.pk), "isInternal": message.is_internal}
    record("CHAT_MESSAGE_SENT", session, by=by, new=facts | {"attachments": len(message.attachment_rows)})
    if not message.is_internal and session.status == Status.ACTIVE and message.author_type != AuthorType.SYSTEM:
        notices.messaged(session, message, by)
    events.message_added(message)


def _attach(message: ChatMessage, references: Sequence[str], by: User) -> list[dict[str, Any]]:
    """Claim the caller's uploads for a message; the rows as its form shows them. Raises Invalid."""
    if not references:
        return []
    files = attach(references, owner_type=CHAT_MESSAGE_OWNER, owner_id=message.pk, by=by)
    return [
        {"id": str(file.pk), "filename": file.filename, "contentType": file.content_type, "size": file.size}
        for file in files
    ]
