"""Store the messages that people and the bot write in a chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from accounts.models import User
from bot.actions import ReplyAction
from bot.words import language_of
from chat.models import ChatMessage, Session
from chat.operations.base import follow_language
from chat.operations.locking import locked, locked_all, locked_last, locked_open
from chat.operations.messages import NewMessage, Posting, store_message, store_messages
from chat.operations.queue import hand_over_locked
from chat.operations.tickets import open_ticket
from chat.policies import VIEW, refuse_unless_takes_part
from chat.states import Status
from core.details import Detail
from core.errors import IdempotencyConflict, Invalid, SessionEnded, ThreadMoved
from core.jsonb import clean_text
from core.operation import operation
from core.request_context import Origin
from tickets.models import AuthorType, Ticket
from tickets.operations.files import refuse_empty, refuse_other


@dataclass(frozen=True)
class NewChatMessage:
    """Hold what someone writes: a body, or the choice of a quick reply `(message id, value)`."""

    body: str = ""
    is_internal: bool = False
    attachments: Sequence[str] = ()
    client_message_id: str = ""
    quick_reply: tuple[int, str] | None = None
    last_seen_id: int | None = None
    force: bool = False


@dataclass(frozen=True)
class Posted:
    """The stored message, and who has the chat after it.

    `repeated` when it was sent before, `opened` the ticket that a quick reply opened.
    """

    message: ChatMessage
    status: str
    repeated: bool = False
    opened: Ticket | None = None


@operation
def post(ref: int | str | None, new: NewChatMessage, *, by: User) -> Posted:
    """Write in a chat: its customer (`ref` None for his own), or its agent, who may also write a note.

    A quick reply does what it says: its text goes to the bot, or it asks for a person, or it opens a ticket. Raises
    NotFound, Forbidden, SessionEnded, ThreadMoved, or Invalid naming an attachment or the quick reply.
    """
    if not new.quick_reply:
        refuse_empty(new.body, new.attachments)
    try:
        session = locked_open(ref, by)
    except SessionEnded:
        ended = locked_last(by) if ref is None else locked(ref, by)
        return _sent_before(ended, new, by)
    refuse_unless_takes_part(by, session)
    if by.is_customer:
        follow_language(session, new.body)
    chosen = _chosen(session, new.quick_reply) if new.quick_reply else None
    added = NewMessage(new.body, new.is_internal, new.attachments, new.client_message_id)
    if chosen:
        added = replace(added, body=chosen["label"], reply_value=chosen["value"])
    message = store_message(session, added, by)
    if message is None:
        return _sent_before(session, new, by)
    _refuse_moved(session, message, new, by)
    opened = None
    if chosen and chosen["action"] == ReplyAction.HANDOVER:
        hand_over_locked(session, by)
    elif chosen and chosen["action"] == ReplyAction.TICKET:
        opened = open_ticket(session, by)
    return Posted(message, session.status, opened=opened)


@dataclass(frozen=True)
class Post:
    """A message on its way to a chat by its id; `came` is where it comes from."""

    session_id: int
    new: NewChatMessage
    by: User
    came: Origin


@operation
def post_together(posts: Sequence[Post], *, skip_held: bool = False) -> list[Posted | None]:
    """Store what several people write to chats they take part in, all in one transaction.

    Plain text alone, in chats that an agent has. None stands for what is not, was sent before, or is to be refused:
    `post` does that, or says why. Raises ChatsHeld, and has stored nothing, when one of the chats stays held;
    `skip_held` leaves that one to `post`, which waits.
    """
    sessions = locked_all({each.session_id for each in posts}, skip_held=skip_held)
    plain = [number for number, each in enumerate(posts) if _is_plain(sessions.get(each.session_id), each)]
    found: list[Posted | None] = [None] * len(posts)
    if not plain:
        return found
    stored = store_messages([_posting(sessions[posts[number].session_id], posts[number]) for number in plain])
    for number, message in zip(plain, stored, strict=True):
        if message is not None:
            found[number] = Posted(message, message.session.status)
    return found


def _is_plain(session: Session | None, each: Post) -> bool:
    new, by = each.new, each.by
    if session is None or session.status != Status.ACTIVE:
        return False
    if not new.body or new.attachments or new.quick_reply or new.last_seen_id is not None:
        return False
    if by.is_agent:
        return session.agent_id == by.pk and by.has_perm(VIEW)
    speaks = language_of(new.body, session.language) == session.language
    return session.customer_id == by.pk and not new.is_internal and speaks


def _posting(session: Session, each: Post) -> Posting:
    added = NewMessage(each.new.body, each.new.is_internal, client_message_id=each.new.client_message_id)
    return Posting(session, added, each.by, each.came)


def _refuse_moved(session: Session, message: ChatMessage, new: NewChatMessage, by: User) -> None:
    """Raise ThreadMoved, which undoes the message, when others have written since the last one its author saw.

    Raises Invalid when that one is no message of this chat which the author can have seen.
    """
    if new.last_seen_id is None:
        return
    seen = ChatMessage.objects.filter(session=session, pk=new.last_seen_id).exclude(pk=message.pk)
    if not (seen.filter(is_internal=False) if by.is_customer else seen).exists():
        raise Invalid(fields={"lastSeenMessageId": [_("This names no message of this thread.")]})
    if new.force or new.is_internal:
        return
    later = ChatMessage.objects.complete().filter(session=session, pk__gt=new.last_seen_id, is_internal=False)
    missed = list(later.exclude(pk=message.pk).order_by("pk")[:50])
    if missed:
        raise ThreadMoved(details={"messages": Detail("chat_messages", missed, by)})


def _sent_before(session: Session, new: NewChatMessage, by: User) -> Posted:
    """The message as it was stored. Raises SessionEnded when it was not, IdempotencyConflict when it says other."""
    sent = ChatMessage.objects.complete().filter(session=session, author=by, client_message_id=new.client_message_id)
    message = sent.first() if new.client_message_id else None
    if message is None:
        raise SessionEnded
    if new.quick_reply and message.reply_value != new.quick_reply[1]:
        raise IdempotencyConflict
    body = message.body if new.quick_reply else clean_text(new.body)
    refuse_other(message, body=body, is_internal=new.is_internal, references=new.attachments)
    return Posted(message, session.status, repeated=True)


def _chosen(session: Session, quick_reply: tuple[int, str]) -> dict[str, str]:
    """The quick reply that stands under this message; a link is opened by the client, and not sent."""
    message_id, value = quick_reply
    rows = ChatMessage.objects.filter(session=session, pk=message_id, is_internal=False)
    offered: list[dict[str, str]] = rows.values_list("quick_replies", flat=True).first() or []
    for reply in offered:
        if reply["value"] == value and reply["action"] != ReplyAction.LINK:
            return reply
    raise Invalid(fields={"quickReply": [_("There is no such quick reply under this message.")]})


@dataclass(frozen=True)
class BotSays:
    """Hold the bot's answer to a message, decided while the chat was at `version`; `hands_over` if it gives up."""

    message_id: int
    version: int
    text: str
    rule_id: int | None = None
    quick_replies: tuple[dict[str, str], ...] = ()
    hands_over: bool = False


@operation
def answer_as_bot(says: BotSays, *, by: User) -> ChatMessage | None:
    """Store the bot's one answer to a customer's message, and pass him on if it gives up.

    None, and nothing is said, when a person has taken over, the chat has moved on, or the answer is there already.
    """
    asked = ChatMessage.objects.filter(pk=says.message_id, author_type=AuthorType.CUSTOMER).first()
    if asked is None:
        return None
    session = locked(asked.session_id, by)
    if session.status != Status.BOT or session.version != says.version:
        return None
    if ChatMessage.objects.filter(answers=asked).exists():
        return None
    added = NewMessage(says.text, answers_id=asked.pk, rule_id=says.rule_id, quick_replies=list(says.quick_replies))
    message = store_message(session, added, by)
    if says.hands_over:
        hand_over_locked(session, by)
    return message
