"""PRODUCT's table: every event, who is told by which channel and who is not, by default and by choice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from django.db import transaction

from accounts.models import Role, User
from core.operation import operation_scope
from notifications.expansion import expand_waiting
from notifications.kinds import kinds
from notifications.models import Channel, Delivery, Item, Notification, Preference
from tests.cast import Cast
from tests.chat import acts as chats
from tests.tickets.acts import act, given, moved, noted, opened, replied
from tests.undone import undone
from tickets import notices
from tickets.models import Ticket

Told = dict[str, set[str]]
CUSTOMER = {"in_app", "email", "push"}
STAFF = {"in_app", "email"}
PUSHED = {"in_app", "email", "push"}
CHAT_CUSTOMER, CHAT_STAFF = {"in_app", "push"}, {"in_app"}
TAKERS = ("agent", "colleague", "outsider", "lead", "administrator")


class Row(NamedTuple):
    """An event: what stands before it, what sets it off, the one kind that tells of it, and who is told by default."""

    kind: str
    before: Callable[[Cast], Any]
    event: Callable[[Cast, Any], Any]
    told: Told


def everybody(names: tuple[str, ...], channels: set[str], **others: set[str]) -> Told:
    return {**dict.fromkeys(names, channels), **others}


def new(cast: Cast) -> dict[str, Any]:
    return opened(cast.customer)


def held(cast: Cast) -> dict[str, Any]:
    """The agent's ticket, in a status that neither side's message moves."""
    return moved(cast.agent, given(cast.lead, opened(cast.customer), cast.agent), "on_hold")


def found(kind: str) -> Callable[[Cast, Any], None]:
    """Return what the SLA monitor finds, by the operation it calls."""

    def event(cast: Cast, ticket: dict[str, Any]) -> None:
        with operation_scope():
            system = User.objects.service(Role.SYSTEM)
            notices.came_about(Ticket.objects.get(pk=ticket["id"]), kind, "resolution", f"{kind}-1", system)

    return event


def for_customer(cast: Cast, assignee: User | None = None) -> dict[str, Any]:
    more = {"agentId": str(assignee.pk)} if assignee else {}
    return opened(cast.agent, customerId=str(cast.customer.pk), **more)


def escalate(cast: Cast, ticket: dict[str, Any]) -> None:
    act(cast.agent, ticket, "escalate", {"reason": "VIP", "agentId": str(cast.colleague.pk)})


def mention(cast: Cast, ticket: dict[str, Any]) -> None:
    noted(cast.agent, ticket, f"@{cast.lead.email} please look")


def available(cast: Cast) -> None:
    User.objects.filter(pk__in=[cast.agent.pk, cast.lead.pk]).update(availability="available")


AGENT_AND_LEAD = everybody(("agent", "lead"), PUSHED)
TABLE = {
    "ticket created": Row("ticket-created", lambda cast: None, lambda cast, _: new(cast),
                          everybody(TAKERS, STAFF, customer=CUSTOMER)),
    "ticket status changed": Row("ticket-status-changed", held, lambda cast, t: moved(cast.agent, t, "pending"),
                                 {"customer": CUSTOMER}),
    "ticket assigned": Row("ticket-assigned", new, lambda cast, t: given(cast.lead, t, cast.agent), {"agent": PUSHED}),
    "assigned to oneself": Row("ticket-assigned", new, lambda cast, t: given(cast.agent, t, cast.agent), {}),
    "customer's message": Row("ticket-replied", held, lambda cast, t: replied(cast.customer, t), {"agent": STAFF}),
    "customer's message without assignee": Row("ticket-replied", new, lambda cast, t: replied(cast.customer, t),
                                               everybody(TAKERS, STAFF)),
    "agent's message": Row("ticket-replied", held, lambda cast, t: replied(cast.agent, t), {"customer": CUSTOMER}),
    "note": Row("ticket-replied", held, lambda cast, t: noted(cast.lead, t), {}),
    "ticket resolved": Row("ticket-resolved", held, lambda cast, t: moved(cast.agent, t, "resolved"),
                           {"customer": CUSTOMER}),
    "ticket escalated": Row("ticket-escalated", held, escalate, everybody(("colleague", "lead"), STAFF)),
    "mentioned in a note": Row("ticket-mentioned", held, mention, {"lead": STAFF}),
    "chat accepted": Row("chat-accepted", lambda cast: chats.waiting(cast.customer),
                         lambda cast, s: chats.accepted(cast.agent, s), {"customer": CUSTOMER}),
    "agent's chat message": Row("chat-message", lambda cast: chats.active(cast.customer, cast.agent),
                                lambda cast, s: chats.told(cast.agent, s), {"customer": CHAT_CUSTOMER}),
    "customer's chat message": Row("chat-message", lambda cast: chats.active(cast.customer, cast.agent),
                                   lambda cast, s: chats.said(cast.customer), {"agent": CHAT_STAFF}),
    "chat waiting": Row("chat-waiting", available, lambda cast, _: chats.waiting(cast.customer),
                        everybody(("agent", "lead"), PUSHED)),
    "SLA warning": Row("sla-warning", held, found("warning"), AGENT_AND_LEAD),
    "SLA breach": Row("sla-breach", held, found("breach"), AGENT_AND_LEAD),
    "urgent and unassigned": Row("ticket-urgent-unassigned", new, found("urgent_unassigned"), {"lead": PUSHED}),
    "no activity for a day": Row("ticket-stuck", held, found("stuck"), AGENT_AND_LEAD),
}  # fmt: skip


@pytest.fixture(autouse=True)
def all_channels(settings):
    settings.PUSH = {**settings.PUSH, "service_account_file": "/nowhere.json"}
    settings.SMS = {**settings.SMS, "app_sid": "sid"}


def told_of(cast: Cast, row: Row) -> dict[str, Told]:
    """Set the event off; return who is told by which channels, of each kind."""
    thing = row.before(cast)
    expand_waiting()
    before = set(Item.objects.values_list("pk", flat=True))
    row.event(cast, thing)
    expand_waiting()
    names = {person.pk: name for name, person in cast if isinstance(person, User)}
    items = Item.objects.exclude(pk__in=before)
    listed = Notification.objects.filter(item__in=items).values_list("kind", "recipient_id")
    sent = Delivery.objects.filter(parts__item__in=items).values_list("kind", "recipient_id", "channel")
    found: dict[str, Told] = {}
    for kind, user_id, channel in [*((*pair, Channel.IN_APP) for pair in listed), *sent]:
        found.setdefault(kind, {}).setdefault(names[user_id], set()).add(str(channel))
    return found


def reverse_choices(cast: Cast, row: Row) -> dict[str, Told]:
    """Have everybody who is told choose the opposite for every channel; return what they are to be told then."""
    channels = kinds()[row.kind].channels
    Preference.objects.bulk_create(
        Preference(user=getattr(cast, name), kind=row.kind, channel=channel, enabled=channel not in default)
        for name, default in row.told.items()
        for channel in channels
    )
    return {row.kind: {name: {str(c) for c in channels} - default for name, default in row.told.items()}}


@pytest.mark.parametrize("event", TABLE)
def test_an_event_is_told_to_whom_the_table_names_by_the_channels_they_chose_and_to_nobody_else(cast, event):
    row = TABLE[event]
    with undone(transaction.atomic()):
        assert told_of(cast, row) == ({row.kind: row.told} if row.told else {})
    if row.told:
        wanted = reverse_choices(cast, row)
        assert told_of(cast, row) == wanted


def test_a_ticket_opened_with_an_assignee_is_told_of_once_and_the_resolved_one_brings_no_status(cast):
    row = Row("ticket-created", lambda cast: None, lambda cast, _: for_customer(cast, cast.colleague), {})
    assert told_of(cast, row) == {"ticket-created": {"colleague": STAFF, "customer": CUSTOMER}}
