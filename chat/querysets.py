"""Say who sees which chats and messages, and everything a form of one shows, in one query."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, Subquery, When
from django.db.models.functions import JSONObject

from accounts.models import SERVICE_ROLES
from chat.states import OPEN, Status
from core.ids import as_number
from core.protocols import Viewer

CHAT_MESSAGE_OWNER = "chat_message"
# First come, first served; who lost his agent goes before all others.
QUEUE_ORDER = (F("is_front").desc(), F("waiting_since").asc(), F("pk").asc())


class SessionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Viewer) -> SessionQuerySet:
        """The chats this person may see; the one rule of every door.

        Customers see their own. Staff with chat.view see all, since a chat belongs to no team; those with chat.accept
        alone the waiting ones and their own. The service users see all.
        """
        if not user.is_active:
            return self.none()
        if getattr(user, "role", "") in SERVICE_ROLES:
            return self
        if not user.is_agent:
            return self.filter(customer_id=user.pk)
        if user.has_perm("support.chat.view"):
            return self
        if user.has_perm("support.chat.accept"):
            return self.filter(Q(status=Status.WAITING) | Q(agent_id=user.pk))
        return self.none()

    def by_ref(self, ref: str) -> SessionQuerySet:
        """By id; a malformed reference finds nothing."""
        pk = as_number(str(ref))
        return self.none() if pk is None else self.filter(pk=pk)

    def open(self) -> SessionQuerySet:
        return self.filter(status__in=OPEN)

    def waiting(self) -> SessionQuerySet:
        """Return those in the queue, in its order."""
        return self.filter(status=Status.WAITING).order_by(*QUEUE_ORDER)

    def complete(self) -> SessionQuerySet:
        """With all that forms show."""
        return self.select_related("customer", "agent", "rating").annotate(queue_position=_position())


# Expressions are costly to make and are resolved anew for each query, so that all may share them.
@cache
def _position() -> Case:
    """The place in the queue, from 1; null for what does not wait."""
    rows = apps.get_model("chat", "Session").objects.filter(status=Status.WAITING)
    before = Q(is_front__gt=OuterRef("is_front")) | Q(is_front=OuterRef("is_front")) & (
        Q(waiting_since__lt=OuterRef("waiting_since"))
        | Q(waiting_since=OuterRef("waiting_since"), pk__lte=OuterRef("pk"))
    )
    counted = rows.filter(before).order_by().values("status").annotate(n=Count("pk")).values("n")
    return Case(When(status=Status.WAITING, then=Subquery(counted)), default=None, output_field=IntegerField())


@cache
def _files() -> ArraySubquery:
    attachments = apps.get_model("uploads", "Attachment").objects
    rows = attachments.filter(owner_type=CHAT_MESSAGE_OWNER, owner_id=OuterRef("pk")).order_by("position")
    return ArraySubquery(
        rows.values(row=JSONObject(id="id", filename="filename", contentType="content_type", size="size"))
    )


class ChatMessageQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Viewer) -> ChatMessageQuerySet:
        """Of a chat one sees: every message for staff, the public ones for its customer."""
        return self if user.is_agent else self.filter(is_internal=False)

    def complete(self) -> ChatMessageQuerySet:
        """With author, chat and attachments."""
        return self.select_related("author", "session").annotate(attachment_rows=_files())
