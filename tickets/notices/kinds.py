"""Kinds of notification that tickets give occasion to: who is told, what, and whether it still makes sense."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import TeamMembership, User
from notifications.kinds import Kind
from notifications.models import Item
from notifications.models.preferences import Audience
from tickets.models import Ticket
from tickets.notices.contexts import (
    left_context,
    left_sample,
    message_context,
    quoted,
    rating_context,
    sample_context,
    ticket_context,
)
from tickets.querysets import TicketQuerySet
from tickets.rooms import customer_room, staff_room
from tickets.states import DONE, Status


def takers(ticket: Ticket) -> QuerySet[User]:
    """Return the agents who may take a ticket: active, with the reply right, of its team if it has one."""
    agents = User.objects.with_right("tickets.reply")
    return agents.filter(memberships__team=ticket.team_id) if ticket.team_id else agents


def answerers(ticket: Ticket) -> QuerySet[User]:
    """Return who answers a ticket: its agent, or those who may take it when nobody holds it (tickets.unassigned)."""
    if Ticket.objects.filter(pk=ticket.pk).unassigned().exists():
        return takers(ticket)
    return User.objects.staff().filter(pk=ticket.assignee_id)


def leads(ticket: Ticket) -> QuerySet[User]:
    """Return the leads of the ticket's team, else all leads."""
    of_team = User.objects.staff().filter(memberships__team=ticket.team_id, memberships__is_lead=True)
    if ticket.team_id and of_team.exists():
        return of_team
    return User.objects.staff().filter(Q(role="lead") | Q(memberships__is_lead=True)).distinct()


class TicketKind(Kind[Ticket]):
    """A kind about a ticket."""

    model = Ticket

    def find(self, item: Item) -> Ticket:
        return Ticket.objects.with_people().get(pk=item.entity_id)

    def rooms(self, item: Item) -> Collection[str]:
        return customer_room(int(item.entity_id)), staff_room(int(item.entity_id))

    def context(self, item: Item, recipient: User) -> dict[str, Any]:
        return ticket_context(self.thing(item), item, recipient)

    def sample(self, language: str) -> dict[str, Any]:
        return sample_context(language)


class Created(TicketKind):
    """Tells the assigned agent, else those who may take it; the customer gets a confirmation, even of their own."""

    slug = "ticket-created"
    color = "#175e8f"
    label = _("A ticket was opened")

    def recipients(self, item: Item) -> QuerySet[User]:
        ticket = self.thing(item)
        agents = answerers(ticket)
        told = agents.exclude(pk=item.actor_id) if item.actor_id else agents
        return User.objects.filter(Q(pk=ticket.customer_id) | Q(pk__in=told.values("pk")), is_active=True)

    def rooms(self, item: Item) -> Collection[str]:
        """Return none: a customer keeps the confirmation, however soon their page shows the ticket."""
        return ()

    def context(self, item: Item, recipient: User) -> dict[str, Any]:
        ticket = self.thing(item)
        return {**ticket_context(ticket, item, recipient), "description": quoted(ticket.description)}


class ToCustomer(TicketKind):
    """Tells the ticket's customer."""

    audiences = (Audience.CUSTOMER,)

    def concerned(self, ticket: Ticket, item: Item) -> QuerySet[User]:
        return User.objects.filter(pk=ticket.customer_id, is_active=True)


class StatusChanged(ToCustomer):
    """Tells the customer, while the ticket still stands where it was moved to."""

    slug = "ticket-status-changed"
    color = "#5b45c2"
    label = _("The status of a ticket changed")
    groups = True

    def still_wanted(self, item: Item, recipient: User) -> bool:
        return super().still_wanted(item, recipient) and self.thing(item).status == item.data["to"]

    def context(self, item: Item, recipient: User) -> dict[str, Any]:
        return {**super().context(item, recipient), "from": item.data["from"], "to": item.data["to"]}


class Resolved(ToCustomer):
    """Tells the customer, with a request to rate, unless the ticket was reopened meanwhile."""

    slug = "ticket-resolved"
    color = "#2e7d32"
    label = _("A ticket was resolved")

    def still_wanted(self, item: Item, recipient: User) -> bool:
        return super().still_wanted(item, recipient) and self.thing(item).status in DONE

    def context(self, item: Item, recipient: User) -> dict[str, Any]:
        return {**super().context(item, recipient), **rating_context(self.thing(item))}


class Replied(TicketKind):
    """Tells the other side: the customer, or the assigned agent, or without one those told of its creation."""

    slug = "ticket-replied"
    color = "#0f766e"
    label = _("A new message on a ticket")
    groups = True

    def concerned(self, ticket: Ticket, item: Item) -> QuerySet[User]:
        if item.data.get("to") == "customer":
            return User.objects.filter(pk=ticket.customer_id, is_active=True)
        return answerers(ticket)

    def context(self, item: Item, recipient: User) -> dict[str, Any]:
        return {**super().context(item, recipient), **message_context(item, recipient)}


class ToStaff(TicketKind):
    """Tells staff alone."""

    audiences = (Audience.STAFF,)

    def sample(self, language: str) -> dict[str, Any]:
        return sample_context(language, for_staff=True)


class Assigned(ToStaff):
    """Tells the new agent, while they still have it."""

    slug = "ticket-assigned"
    color = "#1d4ed8"
    label = _("A ticket was assigned to you")
    push_to_staff = True

    def concerned(self, ticket: Ticket, item: Item) -> QuerySet[User]:
        return User.objects.staff().filter(pk=item.data["agentId"])

    def still_wanted(self, item: Item, recipient: User) -> bool:
        return super().still_wanted(item, recipient) and self.thing(item).assignee_id == recipient.pk


class LeftBehind(Kind[User]):
    """Tells those who may take them of the tickets that an agent can answer no more, while nobody has them."""

    slug = "tickets-left-behind"
    color = "#8a5a00"
    label = _("Tickets of an agent who can answer them no more")
    model = User
    audiences = (Audience.STAFF,)
    push_to_staff = True

    def find(self, item: Item) -> User:
        return User.objects.get(pk=item.entity_id)

    def concerned(self, agent: User, item: Item) -> QuerySet[User]:
        agents = User.objects.with_right("tickets.reply").exclude(pk=agent.pk)
        tickets = self.left(item)
        if tickets.filter(team=None).exists():
            return agents
        members = TeamMembership.objects.filter(team__in=tickets.values("team"))
        return agents.filter(pk__in=members.values("user"))

    def left(self, item: Item) -> TicketQuerySet:
        """Return those of the item's tickets that nobody has yet."""
        return Ticket.objects.filter(pk__in=item.data["ticketIds"]).unassigned()

    def still_wanted(self, item: Item, recipient: User) -> bool:
        return recipient.is_active and self.left(item).visible_to(recipient).exists()

    def visible(self, reader: User, entity_ids: Collection[str]) -> set[str]:
        return set(entity_ids) if reader.is_agent else set()

    def context(self, item: Item, recipient: User) -> dict[str, Any]:
        tickets = self.left(item).visible_to(recipient)
        return left_context(self.thing(item), list(tickets.order_by("pk").values_list("pk", flat=True)))

    def sample(self, language: str) -> dict[str, Any]:
        return left_sample(language)


class Escalated(ToStaff):
    """Tells the new assignee and the leads."""

    slug = "ticket-escalated"
    color = "#b3261e"
    label = _("A ticket was escalated")
    urgent = True

    def concerned(self, ticket: Ticket, item: Item) -> QuerySet[User]:
        told = Q(pk__in=leads(ticket).values("pk"))
        return User.objects.staff().filter(told | Q(pk=ticket.assignee_id))

    def context(self, item: Item, recipient: User) -> dict[str, Any]:
        reason = message_context(item, recipient)["message"]
        return {**super().context(item, recipient), "level": item.data["level"], "reason": reason}


class Mentioned(ToStaff):
    """Tells the ones mentioned in a note."""

    slug = "ticket-mentioned"
    color = "#8a5a00"
    label = _("You were mentioned in a note")

    def concerned(self, ticket: Ticket, item: Item) -> QuerySet[User]:
        return User.objects.staff().filter(pk__in=item.data["userIds"])

    def context(self, item: Item, recipient: User) -> dict[str, Any]:
        return {**super().context(item, recipient), **message_context(item, recipient)}


class OfMonitor(ToStaff):
    """Tells the assigned agent and the leads what the SLA monitor found, while the ticket is still being worked on."""

    def concerned(self, ticket: Ticket, item: Item) -> QuerySet[User]:
        told = Q(pk__in=leads(ticket).values("pk"))
        return User.objects.staff().filter(told | Q(pk=ticket.assignee_id))

    def still_wanted(self, item: Item, recipient: User) -> bool:
        return super().still_wanted(item, recipient) and self.thing(item).status not in DONE

    def context(self, item: Item, recipient: User) -> dict[str, Any]:
        return {**super().context(item, recipient), "metric": item.data["metric"]}

    def sample(self, language: str) -> dict[str, Any]:
        return sample_context(language, for_staff=True, metric="first_response")


class SlaWarning(OfMonitor):
    """Tells that a promise is about to be missed."""

    slug = "sla-warning"
    color = "#8a5a00"
    label = _("A service level is about to be missed")
    push_to_staff = True


class SlaBreach(OfMonitor):
    """Tells that a promise was missed."""

    slug = "sla-breach"
    color = "#b3261e"
    label = _("A service level was missed")
    push_to_staff = True
    urgent = True


class UrgentUnassigned(OfMonitor):
    """Tells that an urgent ticket is nobody's, while it is."""

    slug = "ticket-urgent-unassigned"
    color = "#b3261e"
    label = _("An urgent ticket has no agent")
    push_to_staff = True
    urgent = True

    def still_wanted(self, item: Item, recipient: User) -> bool:
        return super().still_wanted(item, recipient) and Ticket.objects.filter(pk=item.entity_id).unassigned().exists()


class Stuck(OfMonitor):
    """Tells that nothing has happened on a ticket for long."""

    slug = "ticket-stuck"
    color = "#8a5a00"
    label = _("Nothing has happened on a ticket for long")
    push_to_staff = True


class Reminder(ToCustomer):
    """Reminds the customer of a ticket that waits for their answer, while it does."""

    slug = "ticket-reminder"
    color = "#5b45c2"
    label = _("A ticket waits for your answer")

    def still_wanted(self, item: Item, recipient: User) -> bool:
        return super().still_wanted(item, recipient) and self.thing(item).status == Status.PENDING


KINDS = (
    *(Created(), StatusChanged(), Resolved(), Replied(), Assigned(), LeftBehind(), Escalated(), Mentioned()),
    *(SlaWarning(), SlaBreach(), UrgentUnassigned(), Stuck(), Reminder()),
)
