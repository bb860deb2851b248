"""Words for acts, things, fields and values of the log; the names on the wire stay as they are."""

from functools import cache
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

ACTIONS: dict[str, str | Promise] = {
    "ACCESS_REFUSED": _("Access refused"),
    "AUDIT_ERASED": _("Details erased from the log"),
    "BOT_RULE_CREATED": _("Bot rule created"),
    "BOT_RULE_DELETED": _("Bot rule deleted"),
    "BOT_RULE_UPDATED": _("Bot rule changed"),
    "CALENDAR_CREATED": _("Working hours created"),
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
    "EXPORT_CANCELLED": _("Export cancelled"),
    "EXPORT_CREATED": _("Export asked for"),
    "FILES_UPLOADED": _("Files uploaded"),
    "GUEST_STARTED": _("Guest started"),
    "MACRO_CREATED": _("Macro created"),
    "MACRO_DELETED": _("Macro deleted"),
    "MACRO_UPDATED": _("Macro changed"),
    "PASSWORD_CHANGED": _("Password changed"),
    "PASSWORD_RESET": _("Password set by a mailed link"),
    "PASSWORD_RESET_REQUESTED": _("Password link asked for"),
    "PERMISSIONS_CHANGED": _("Permissions changed"),
    "PERSONAL_DATA_ERASED": _("Personal data erased"),
    "PERSONAL_DATA_EXPORTED": _("Personal data given out"),
    "RECOVERY_CODE_USED": _("Recovery code used"),
    "SAVED_REPORT_CREATED": _("Report saved, to be sent"),
    "SAVED_REPORT_DELETED": _("Saved report deleted"),
    "SAVED_REPORT_PAUSED": _("Saved report paused"),
    "SAVED_REPORT_RESUMED": _("Saved report resumed"),
    "SAVED_VIEW_CREATED": _("View saved"),
    "SAVED_VIEW_DELETED": _("Saved view deleted"),
    "SAVED_VIEW_UPDATED": _("Saved view changed"),
    "SECOND_FACTOR_DISABLED": _("Second factor switched off"),
    "SECOND_FACTOR_ENABLED": _("Second factor switched on"),
    "SECOND_FACTOR_FAILED": _("Wrong code of the second factor"),
    "SERVER_KEY_CREATED": _("Server key made"),
    "SERVER_KEY_REVOKED": _("Server key revoked"),
    "SETTINGS_CHANGED": _("Settings changed"),
    "SIGNED_IN": _("Signed in"),
    "SIGNED_OUT": _("Signed out"),
    "SIGN_IN_LINK_MADE": _("Sign-in link made"),
    "SIGN_IN_FAILED": _("Sign-in failed"),
    "ASSIGNMENT_RULE_CREATED": _("Assignment rule created"),
    "ASSIGNMENT_RULE_UPDATED": _("Assignment rule changed"),
    "SLA_POLICY_CREATED": _("Service level policy created"),
    "SLA_POLICY_UPDATED": _("Service level policy changed"),
    "TEAM_CREATED": _("Team created"),
    "TEAM_UPDATED": _("Team changed"),
    "TICKET_ASSIGNED": _("Ticket assigned"),
    "TICKET_CREATED": _("Ticket created"),
    "TICKET_ESCALATED": _("Ticket escalated"),
    "TICKET_IMPORTED": _("Ticket imported"),
    "TICKET_MERGED": _("Ticket merged"),
    "TICKET_MESSAGE_ADDED": _("Message added to a ticket"),
    "TICKET_RATED": _("Ticket rated"),
    "TICKET_CUSTOMER_REMINDED": _("Customer reminded"),
    "TICKET_SLA_BREACHED": _("Service level missed"),
    "TICKET_SLA_WARNED": _("Service level about to be missed"),
    "TICKET_MACRO_APPLIED": _("Macro applied"),
    "TICKET_SNOOZED": _("Ticket put aside"),
    "TICKET_SNOOZE_ENDED": _("Ticket back in the lists of work"),
    "TICKET_STATUS_CHANGED": _("Ticket status changed"),
    "TICKET_STUCK": _("No activity on a ticket"),
    "TICKET_URGENT_UNASSIGNED": _("Urgent ticket without an agent"),
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
    "assignment_rule": _("Assignment rule"),
    "attachment": _("Attachment"),
    "audit": _("Audit log"),
    "bot_rule": _("Bot rule"),
    "calendar": _("Working hours"),
    "canned_response": _("Canned response"),
    "category": _("Category"),
    "chat_session": _("Chat"),
    "export": _("Export"),
    "group": _("Group"),
    "macro": _("Macro"),
    "saved_report": _("Saved report"),
    "saved_view": _("Saved view"),
    "server_key": _("Server key"),
    "sla_policy": _("Service level policy"),
    "sign_in": _("Unknown address"),
    "team": _("Team"),
    "ticket": _("Ticket"),
    "upload": _("Upload"),
    "user": _("Person"),
    "widget": _("Chat widget"),
}
ACTORS: dict[str, str | Promise] = {
    "Agent": pgettext_lazy("writer", "Staff"),
    "Bot": _("Bot"),
    "Customer": _("Customer"),
    "System": _("System"),
}
FIELDS: dict[str, str | Promise] = {
    "agentId": _("Agent"),
    "attachments": _("Files"),
    "capacity": _("Open tickets at most"),
    "bodyAr": _("Arabic text"),
    "bodyEn": _("English text"),
    "categoryId": _("Category"),
    "chatSessionId": _("Chat"),
    "customerId": pgettext_lazy("heading", "Customer"),
    "door": _("Entered by"),
    "email": _("E-mail"),
    "endedBy": _("Ended by"),
    "escalationLevel": _("Escalation level"),
    "parameters": _("Filters"),
    "shared": _("For everybody"),
    "feedback": _("Feedback"),
    "files": _("Files"),
    "givesBack": _("Takes back what is unanswered"),
    "groups": _("Groups"),
    "holder": _("Agent"),
    "holdsReplies": _("Holds replies for half a minute"),
    "holidays": _("Holidays"),
    "isActive": _("Active"),
    "isInternal": _("Internal note"),
    "kind": _("Kind"),
    "language": _("Language"),
    "leads": _("Leads"),
    "length": _("Characters"),
    "link": _("Linked ticket"),
    "macro": _("Macro"),
    "members": _("Members"),
    "merged": _("Merged ticket"),
    "mergedInto": _("Merged into"),
    "messageId": _("Message"),
    "messages": _("Messages"),
    "name": _("Name"),
    "nameAr": _("Arabic name"),
    "nameEn": _("English name"),
    "orderId": _("Order number"),
    "parentId": _("Belongs to"),
    "permission": _("Permission"),
    "permissions": _("Permissions"),
    "phone": _("Phone"),
    "priority": _("Priority"),
    "productId": _("Product number"),
    "quickReplies": _("Quick replies"),
    "rating": _("Rating"),
    "reason": _("Reason"),
    "replyAr": _("Arabic reply"),
    "replyEn": _("English reply"),
    "responseAr": _("Arabic answer"),
    "responseEn": _("English answer"),
    "role": _("Role"),
    "serverKey": _("Server key"),
    "shortcut": _("Shortcut"),
    "snoozedUntil": _("Put aside until"),
    "status": _("Status"),
    "subject": _("Subject"),
    "tags": _("Tags"),
    "teamId": _("Team"),
    "ticketId": _("Ticket"),
    "timeZone": _("Time zone"),
    "titleAr": _("Arabic title"),
    "titleEn": _("English title"),
    "triggerPatterns": _("Keywords and patterns"),
    "watcher": _("Watcher"),
    "weekly": _("Hours of the week"),
    "withChats": _("Gives waiting chats"),
}


def action_words(action: str) -> str:
    """The act in the reader's language; an act not listed here as its plain name: `Tag added` for TAG_ADDED."""
    return str(ACTIONS.get(action) or action.replace("_", " ").capitalize())


def kind_words(kind: str) -> str:
    return str(KINDS.get(kind) or kind.replace("_", " ").capitalize())


def actor_words(model: str) -> str:
    return str(ACTORS.get(model, model))


def actor_name(model: str, name: str) -> str:
    """Return the name of a person who acted; nothing for the bot and the system, whom `actor_words` name."""
    return name if model in {"Agent", "Customer"} else ""


def field_words(name: str) -> str:
    """Return a field in the reader's language; one not listed above by its name on the wire."""
    return str(FIELDS.get(name) or name)


def value_words(field: str, value: Any) -> Any:
    """Return a value of a field in the reader's language, if it is yes, no or one of a closed list; else as it is."""
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    words = _values().get(field, {}).get(value) if isinstance(value, str) else None
    return value if words is None else str(words)


@cache
def _values() -> dict[str, dict[str, str | Promise]]:
    """Return by field the words of its values, as the apps that AUDIT_VALUES names give them."""
    found: dict[str, dict[str, str | Promise]] = {}
    for path in settings.AUDIT_VALUES:
        for field, words in import_string(path).items():
            found.setdefault(field, {}).update(words)
    return found
