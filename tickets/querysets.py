"""Say who sees which tickets and messages, and everything a form of one shows, in one query."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from accounts.models import SERVICE_ROLES, TeamMembership
from core.ids import as_number, reference
from core.protocols import Viewer
from tickets.unassigned import unassigned

MESSAGE_OWNER = "message"


def _rows(queryset: QuerySet[Any], **columns: str) -> ArraySubquery:
    return ArraySubquery(queryset.values(row=JSONObject(**columns)))


def _attachments(**owner: Any) -> ArraySubquery:
    files = apps.get_model("uploads", "Attachment").objects.filter(owner_type=MESSAGE_OWNER, **owner)
    return _rows(files.order_by("position"), id="id", filename="filename", contentType="content_type", size="size")


class TicketQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Viewer) -> TicketQuerySet:
        """The tickets this person may see; the one rule of every door.

        Customers see their own. Staff with tickets.view see those without a team, of their teams, assigned to them or
        watched by them; with tickets.view_all every one. The service users see all.
        """
        if not user.is_active:
            return self.none()
        if getattr(user, "role", "") in SERVICE_ROLES:
            return self
        if not user.is_agent:
            return self.filter(customer_id=user.pk)
        if user.has_perm("support.tickets.view_all"):
            return self
        if not user.has_perm("support.tickets.view"):
            return self.none()
        watched = apps.get_model("tickets", "Watcher").objects.filter(user_id=user.pk).values("ticket_id")
        teams = TeamMembership.objects.filter(user_id=user.pk).values("team_id")
        mine = Q(team=None) | Q(team__in=teams) | Q(assignee_id=user.pk) | Q(pk__in=watched)
        return self.filter(mine)

    def unassigned(self) -> TicketQuerySet:
        """Return the tickets that nobody holds (`tickets.unassigned`), for all filters, views and figures so named."""
        return self.filter(unassigned())

    def by_ref(self, ref: str) -> TicketQuerySet:
        """By id with `#` before it or not, or by number in any digits, signs around it; malformed, it finds nothing."""
        pk = as_number(str(ref).removeprefix("#"))
        if pk is not None:
            return self.filter(pk=pk)
        text = reference(str(ref))
        if text.upper().startswith("TKT-") and len(text) <= 24 and text.isascii() and "\x00" not in text:
            return self.filter(number=text.upper())
        return self.none()

    def end_of_merges(self, pk: int) -> int:
        """Where the merges of a ticket lead today; itself when it is not merged."""
        end = pk
        while after := self.filter(pk=end).values_list("merged_into_id", flat=True).first():
            end = after
        return end

    def complete(self) -> TicketQuerySet:
        """With all that the staff form shows."""
        return self.with_people().annotate(**_ticket_parts())

    def with_people(self) -> TicketQuerySet:
        """With the rows that every form and list names."""
        return self.select_related("customer", "assignee", "category", "team", "rating", "merged_into")


# Expressions are costly to make and are resolved anew for each query, so that all may share them.
@cache
def _ticket_parts() -> dict[str, ArraySubquery]:
    """Return what the staff form shows beside columns."""
    link = apps.get_model("tickets", "Link").objects
    watchers = apps.get_model("tickets", "Watcher").objects
    return {
        "watcher_rows": _rows(watchers.filter(ticket=OuterRef("pk")).order_by("id"), id="user_id", name="user__name"),
        "link_rows": _rows(
            link.filter(ticket=OuterRef("pk")).order_by("id"),
            ticketId="other_id",
            ticketNumber="other__number",
            kind="kind",
        ),
        "back_link_rows": _rows(
            link.filter(other=OuterRef("pk")).order_by("id"),
            ticketId="ticket_id",
            ticketNumber="ticket__number",
            kind="kind",
        ),
        "attachment_rows": _opening_files(),
    }


def _opening_files() -> ArraySubquery:
    opening = apps.get_model("tickets", "Message").objects.filter(opens=OuterRef(OuterRef("pk")))
    return _attachments(owner_id__in=opening.values("pk"))


@cache
def _message_files() -> ArraySubquery:
    return _attachments(owner_id=OuterRef("pk"))


class MessageQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Viewer) -> MessageQuerySet:
        """Of a ticket one sees: every message for staff, the public ones for its customer."""
        return self if user.is_agent else self.filter(is_internal=False)

    def complete(self) -> MessageQuerySet:
        """With author and attachments."""
        return self.select_related("author").annotate(attachment_rows=_message_files())
