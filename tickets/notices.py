"""Kinds of notification that tickets give occasion to: who is told, and whether it still makes sense."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import User
from notifications.kinds import Kind
from notifications.models import Item
from notifications.outbox import notify
from tickets.models import Message, Ticket


def takers(ticket: Ticket) -> QuerySet[User]:
    """The agents who may take a ticket: active, with the reply right, of its team if it has one."""
    agents = User.objects.with_right("tickets.reply")
    return agents.filter(memberships__team=ticket.team_id) if ticket.team_id else agents


def leads(ticket: Ticket) -> QuerySet[User]:
    """The leads of the ticket's team, else all leads."""
    of_team = User.objects.staff().filter(memberships__team=ticket.team_id, memberships__is_lead=True)
    if ticket.team_id and of_team.exists():
        return of_team
    return User.objects.staff().filter(Q(role="lead") | Q(memberships__is_lead=True)).distinct()


class TicketKind(Kind[Ticket]):
    """A kind about a ticket."""

    model = Ticket

    def thing(self, item: Item) -> Ticket:
        return Ticket.objects.with_people().get(pk=item.entity_id)

    def context(self, item: Item, recipient: User) -> dict[str, Any]:
        ticket = self.thing(item)
        return {"ticket_number": ticket.number, "subject": ticket.subject, **item.data}


class Created(TicketKind):
    """The assigned agent, else those who may take it; the customer gets a confirmation, even of his own ticket."""

    slug = "ticket-created"

    def recipients(self, item: Item) -> QuerySet[User]:
        ticket = self.thing(item)
        agents = User.objects.filter(pk=ticket.assignee_id) if ticket.assignee_id else takers(ticket)
        told = agents.exclude(pk=item.actor_id) if item.actor_id else agents
        return User.objects.filter(Q(pk=ticket.customer_id) | Q(pk__in=told.values("pk")), is_active=True)


class ToCustomer(TicketKind):
    def concerned(self, ticket: Ticket, item: Item) -> QuerySet[User]:
        return User.objects.filter(pk=ticket.customer_id, is_active=True)


class StatusChanged(ToCustomer):
    """The customer."""

    slug = "ticket-status-changed"


class Resolved(ToCustomer):
    """The customer, with a request to rate."""

    slug = "ticket-resolved"


class Replied(TicketKind):
    """The other side: the customer, or the assigned agent, or without one those told of its creation."""

    slug = "ticket-replied"

    def concerned(self, ticket: Ticket, item: Item) -> QuerySet[User]:
        if item.data.get("to") == "customer":
            return User.objects.filter(pk=ticket.customer_id, is_active=True)
        return User.objects.staff().filter(pk=ticket.assignee_id) if ticket.assignee_id else takers(ticket)


class Assigned(TicketKind):
    """The new agent."""

    slug = "ticket-assigned"

    def concerned(self, ticket: Ticket, item: Item) -> QuerySet[User]:
        return User.objects.staff().filter(pk=item.data["agentId"])


class Escalated(TicketKind):
    """The new assignee and the leads."""

    slug = "ticket-escalated"

    def concerned(self, ticket: Ticket, item: Item) -> QuerySet[User]:
        told = Q(pk__in=leads(ticket).values("pk"))
        return User.objects.staff().filter(told | Q(pk=ticket.assignee_id))


class Mentioned(TicketKind):
    """The ones mentioned in a note."""

    slug = "ticket-mentioned"

    def concerned(self, ticket: Ticket, item: Item) -> QuerySet[User]:
        return User.objects.staff().filter(pk__in=item.data["userIds"])


KINDS = (Created(), StatusChanged(), Resolved(), Replied(), Assigned(), Escalated(), Mentioned())


def ticket_created(ticket: Ticket, by: User) -> None:
    notify("ticket-created", ticket, occasion="created", by=by)


def status_changed(ticket: Ticket, old: str, by: User) -> None:
    """A status change, or in its place the one notice of a resolution."""
    kind = "ticket-resolved" if ticket.status == "resolved" else "ticket-status-changed"
    data = {"ticketId": str(ticket.pk), "from": old, "to": ticket.status}
    notify(kind, ticket, occasion=f"v{ticket.version}", by=by, data=data)


def replied(ticket: Ticket, message: Message, by: User) -> None:
    to = "customer" if message.author_type == "agent" else "staff"
    data = {"ticketId": str(ticket.pk), "messageId": str(message.pk), "to": to}
    notify("ticket-replied", ticket, occasion=f"message-{message.pk}", by=by, data=data)


def assigned(ticket: Ticket, by: User) -> None:
    data = {"ticketId": str(ticket.pk), "agentId": ticket.assignee_id}
    notify("ticket-assigned", ticket, occasion=f"v{ticket.version}", by=by, data=data)


def escalated(ticket: Ticket, by: User) -> None:
    data = {"ticketId": str(ticket.pk), "level": ticket.escalation_level}
    notify("ticket-escalated", ticket, occasion=f"level-{ticket.escalation_level}", by=by, data=data)


def mentioned(ticket: Ticket, message: Message, user_ids: list[int], by: User) -> None:
    data = {"ticketId": str(ticket.pk), "messageId": str(message.pk), "userIds": user_ids}
    notify("ticket-mentioned", ticket, occasion=f"message-{message.pk}", by=by, data=data)
