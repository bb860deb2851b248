"""Every change of a ticket; one function a change, called by every door."""

from tickets.operations.assigning import give_tickets, save_rule, take_back
from tickets.operations.catalogue import (
    delete_canned_response,
    delete_category,
    save_canned_response,
    save_category,
)
from tickets.operations.conversation import Written, add_message
from tickets.operations.create import NewMessage, NewTicket, create_ticket, split
from tickets.operations.fields import assign, escalate, update_ticket
from tickets.operations.hours import save_calendar
from tickets.operations.inbox import delete_view, mark_read, save_draft, save_view
from tickets.operations.macros import apply_macro, delete_macro, save_macro
from tickets.operations.merging import merge, unmerge
from tickets.operations.monitoring import check_due, check_one, put_off
from tickets.operations.rating import rate
from tickets.operations.relations import link, unlink, unwatch, watch
from tickets.operations.sla_policies import save_policy
from tickets.operations.snoozing import snooze
from tickets.operations.status import change_status, close, reopen

__all__ = [
    "NewMessage",
    "NewTicket",
    "Written",
    "add_message",
    "apply_macro",
    "assign",
    "change_status",
    "check_due",
    "check_one",
    "close",
    "create_ticket",
    "delete_canned_response",
    "delete_category",
    "delete_macro",
    "delete_view",
    "escalate",
    "give_tickets",
    "link",
    "mark_read",
    "merge",
    "put_off",
    "rate",
    "reopen",
    "save_calendar",
    "save_canned_response",
    "save_category",
    "save_draft",
    "save_macro",
    "save_policy",
    "save_rule",
    "save_view",
    "snooze",
    "split",
    "take_back",
    "unlink",
    "unmerge",
    "unwatch",
    "update_ticket",
    "watch",
]
