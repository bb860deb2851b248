"""What people call the acts and the kinds of things in the log; the names on the wire stay as they are."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTIONS: dict[str, str | Promise] = {
    "ACCESS_REFUSED": _("Access refused"),
    "AUDIT_ERASED": _("Details erased from the log"),
    "BOT_RULE_CREATED": _("Bot rule created"),
    "BOT_RULE_DELETED": _("Bot rule deleted"),
    "BOT_RULE_UPDATED": _("Bot rule changed"),
    "CALENDAR_UPDATED": _("Working hours changed"),
    "CANNED_RESPONSE_CREATED": _("Canned response created"),
    "CANNED_RESPONSE_DELETED": _("Canned response deleted"),
    "CANNED_RESPONSE_UPDATED": _("Canned response changed"),
    "CATEGORY_CREATED": _("Category created"),
    "CATEGORY_DELETED": _("Category deleted"),
    "CATEGORY_UPDATED": _("Category changed"),
    "CHAT_MESSAGE_SENT": _("Chat message sent"),
    "CHAT_SESSION_ACCEPTED": _("Chat accepted"),
    "CHAT_SESSION_CREATED": _("Chat started"),
    "CHAT_SESSION_ENDED": _("Chat ended"),
    "CHAT_SESSION_HANDED_OVER": _("Chat passed on to the queue"),
    "CHAT_SESSION_RATED": _("Chat rated"),
    "CHAT_SESSION_REQUEUED": _("Chat put back into the queue"),
    "CHAT_SESSION_TICKET_CREATED": _("Ticket made of a chat"),
    "CHAT_SESSION_TRANSFERRED": _("Chat transferred"),
    "CHAT_TRANSCRIPT_SENT": _("Conversation sent by e-mail"),
    "FILES_UPLOADED": _("Files uploaded"),
    "GUEST_STARTED": _("Guest started"),
    "PASSWORD_CHANGED": _("Password changed"),
    "PASSWORD_RESET": _("Password set by a mailed link"),
    "PASSWORD_RESET_REQUESTED": _("Password link asked for"),
    "PERMISSIONS_CHANGED": _("Permissions changed"),
    "RECOVERY_CODE_USED": _("Recovery code used"),
    "SECOND_FACTOR_DISABLED": _("Second factor switched off"),
    "SECOND_FACTOR_ENABLED": _("Second factor switched on"),
    "SECOND_FACTOR_FAILED": _("Wrong code of the second factor"),
    "SIGNED_IN": _("Signed in"),
    "SIGNED_OUT": _("Signed out"),
    "SIGN_IN_FAILED": _("Sign-in failed"),
    "TEAM_CREATED": _("Team created"),
    "TEAM_UPDATED": _("Team changed"),
    "TICKET_ASSIGNED": _("Ticket assigned"),
    "TICKET_CREATED": _("Ticket created"),
    "TICKET_ESCALATED": _("Ticket escalated"),
    "TICKET_IMPORTED": _("Ticket imported"),
    "TICKET_MERGED": _("Ticket merged"),
    "TICKET_MESSAGE_ADDED": _("Message added to a ticket"),
    "TICKET_RATED": _("Ticket rated"),
    "TICKET_STATUS_CHANGED": _("Ticket status changed"),
    "TICKET_UNMERGED": _("Ticket merge undone"),
    "TICKET_UPDATED": _("Ticket changed"),
    "TOKEN_REUSED": _("Old session token used again"),
    "USER_CREATED": _("Person added"),
    "USER_DISABLED": _("Person disabled"),
    "USER_ENABLED": _("Person let in again"),
    "USER_REGISTERED": _("Customer registered"),
    "USER_UPDATED": _("Person changed"),
}
KINDS: dict[str, str | Promise] = {
    "attachment": _("Attachment"),
    "audit": _("Audit log"),
    "bot_rule": _("Bot rule"),
    "calendar": _("Working hours"),
    "canned_response": _("Canned response"),
    "category": _("Category"),
    "chat_session": _("Chat"),
    "group": _("Group"),
    "sign_in": _("Unknown address"),
    "team": _("Team"),
    "ticket": _("Ticket"),
    "upload": _("Upload"),
    "user": _("Person"),
}
ACTORS: dict[str, str | Promise] = {
    "Agent": _("Agent"),
    "Bot": _("Bot"),
    "Customer": _("Customer"),
    "System": _("System"),
}


def action_words(action: str) -> str:
    """The act in the reader's language; an act not listed here as its plain name: `Tag added` for TAG_ADDED."""
    return str(ACTIONS.get(action) or action.replace("_", " ").capitalize())


def kind_words(kind: str) -> str:
    return str(KINDS.get(kind) or kind.replace("_", " ").capitalize())


def actor_words(model: str) -> str:
    return str(ACTORS.get(model, model))
