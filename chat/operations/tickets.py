"""A ticket out of a chat: what was said becomes its first message."""

from __future__ import annotations

from uuid import UUID

from accounts.models import Role, User
from audit.recorder import record
from chat import events, queue_positions, texts
from chat.models import ChatMessage, Session
from chat.operations.base import change, shown
from chat.operations.ending import end_locked
from chat.operations.locking import locked, locked_last
from chat.operations.messages import NewMessage, store_message
from chat.policies import refuse_unless_takes_part
from chat.querysets import CHAT_MESSAGE_OWNER
from chat.states import UNTAKEN
from chat.transcript import subject, transcript
from core import clock
from core.operation import operation
from tickets.models import Ticket
from tickets.operations import NewTicket, create_ticket
from uploads.queries import attachments_of


@operation
def make_ticket(ref: int | str | None, *, by: User) -> tuple[Ticket, bool]:
    """The ticket of a chat, and whether it is new: by its customer (`ref` None for his last), or its agent.

    A chat that no person has in hand ends with it: the answer comes in the ticket. Raises NotFound or Forbidden.
    """
    session = locked_last(by) if ref is None else locked(ref, by)
    refuse_unless_takes_part(by, session)
    if session.ticket is not None:
        return session.ticket, False
    return open_ticket(session, by), True


def open_ticket(session: Session, by: User) -> Ticket:
    """Open the ticket of a chat that is locked, with its files; the one it has already, if it has one."""
    if session.ticket is not None:
        return session.ticket
    said = transcript(session) or subject(session)
    customer_id = None if by.is_customer else session.customer_id
    new = NewTicket(
        subject(session), said, customer_id=customer_id, chat_session_id=session.pk, copied=_public_files(session)
    )
    ticket = create_ticket(new, by=by)
    change(session, clock.now(), ticket=ticket)
    record("CHAT_SESSION_TICKET_CREATED", session, by=by, new={"ticketId": str(ticket.pk)})
    if session.is_open:
        text = texts.said(texts.TICKET_OPENED, session.language, number=ticket.number)
        store_message(session, NewMessage(text), User.objects.service(Role.SYSTEM))
    if session.status in UNTAKEN:
        end_locked(session, by)
    else:
        events.session_updated(shown(session))
        queue_positions.moved()
    return ticket


def _public_files(session: Session) -> list[UUID]:
    """Return the ids of a chat's files that its customer may read, in the order in which they were sent."""
    said = ChatMessage.objects.filter(session=session, is_internal=False).order_by("pk")
    found = attachments_of(CHAT_MESSAGE_OWNER, list(said.values_list("pk", flat=True)))
    return [file.pk for _message, files in sorted(found.items()) for file in files]
