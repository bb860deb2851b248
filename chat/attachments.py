"""Say who may fetch a file that belongs to a chat's message: whoever may read the message."""

from typing import Any

from chat.models import ChatMessage, Session
from chat.querysets import CHAT_MESSAGE_OWNER
from core.protocols import Viewer


class ChatFiles:
    """Files of chat messages; read by the same rules as the conversation."""

    owner_type = CHAT_MESSAGE_OWNER

    def may_read(self, user: Viewer, attachment: Any) -> bool:
        mine = Session.objects.visible_to(user)
        return ChatMessage.objects.visible_to(user).filter(pk=attachment.owner_id, session__in=mine).exists()


CHAT_FILES = ChatFiles()
