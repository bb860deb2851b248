"""Say who may fetch a file that belongs to a message: whoever may read the message."""

from typing import Any

from core.protocols import Viewer
from tickets.models import Message, Ticket
from tickets.querysets import MESSAGE_OWNER


class MessageFiles:
    """Files of messages; read by the same rules as the thread."""

    owner_type = MESSAGE_OWNER

    def may_read(self, user: Viewer, attachment: Any) -> bool:
        mine = Ticket.objects.visible_to(user)
        return Message.objects.visible_to(user).filter(pk=attachment.owner_id, ticket__in=mine).exists()


MESSAGE_FILES = MessageFiles()
