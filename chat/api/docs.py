"""Which form of a chat the document names where: customers read their own, staff read any they may see."""

from chat.forms import (
    ChatMessageCustomerOut,
    ChatMessageStaffOut,
    ChatSessionCustomerOut,
    ChatSessionStaffOut,
)

OWN_SESSION, OWN_MESSAGE = ChatSessionCustomerOut, ChatMessageCustomerOut
STAFF_SESSION, STAFF_MESSAGE = ChatSessionStaffOut, ChatMessageStaffOut
