"""The home page: the work that waits for this person now, what happened today, and for auditors the newest acts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import ExtractHour
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.admin import EntryAdmin
from audit.models import Entry
from audit.words import action_words, actor_name, actor_words, kind_words
from chat.models import Session
from chat.states import Status as ChatStatus
from notifications.models import Notification
from tickets.admin.inbox import Row, rows_of
from tickets.admin.inbox_views import VIEWS, counts_of
from tickets.models import AuthorType, Message
from tickets.policies import VIEW
from tickets.queries import tickets_for

NEWEST = 8
LONGEST = 6
CHATS = "support.chat.view"
TALLEST = 40
"""Height of the highest bar of a small chart, in its own units."""


@dataclass(frozen=True)
class Tile:
    """A number that leads to what it counts; `tone` is set where it asks for attention."""

    label: str
    value: int
    url: str
    tone: str = ""


@dataclass(frozen=True)
class Bar:
    """An hour of today in the small chart of new tickets."""

    hour: int
    count: int
    height: int

    @property
    def x(self) -> int:
        return self.hour * 10

    @property
    def y(self) -> int:
        return TALLEST - self.height


def context(request: HttpRequest) -> dict[str, Any]:
    """Return what the home page shows beyond the navigation, in a fixed number of queries."""
    user = request.user
    assert isinstance(user, User)
    sees_tickets = user.has_perm(VIEW)
    return {
        "title": _("Home"),
        "tiles": [*(_ticket_tiles(user) if sees_tickets else []), *(_chat_tiles(user) if user.has_perm(CHATS) else [])],
        "longest": _longest(user) if sees_tickets else [],
        "today": _today_of(user) if sees_tickets else None,
        "newest": _newest(user),
        "audit_url": reverse("admin:audit_entry_changelist"),
        "inbox_url": reverse("admin:tickets_ticket_changelist"),
    }


def _ticket_tiles(user: User) -> list[Tile]:
    counts, inbox = counts_of(user), reverse("admin:tickets_ticket_changelist")
    mentions = Notification.objects.filter(recipient=user, kind="ticket-mentioned", read_at=None)[:100].count()
    late = counts["breaching"]
    return [
        Tile(_("My tickets"), counts["mine"], f"{inbox}?view=mine"),
        Tile(_("Unassigned tickets"), counts["unassigned"], f"{inbox}?view=unassigned"),
        Tile(_("Late or nearly"), late, f"{inbox}?view=breaching", "bad" if late else ""),
        Tile(_("Mentions"), mentions, f"{inbox}?view=all", "warn" if mentions else ""),
    ]


def _chat_tiles(user: User) -> list[Tile]:
    waiting = Session.objects.visible_to(user).filter(status=ChatStatus.WAITING).count()
    return [Tile(_("Waiting chats"), waiting, reverse("admin:chat_desk"), "warn" if waiting else "")]


def _longest(user: User) -> list[Row]:
    """Return the tickets to do whose customers have waited longest."""
    rows = tickets_for(user).filter(VIEWS["todo"].of(user), customer_waits_since__isnull=False)
    return rows_of(list(rows.order_by("customer_waits_since", "pk").values_list("pk", flat=True)[:LONGEST]), user)


def _today_of(user: User) -> dict[str, Any]:
    """Return today's figures: of the site's day, and of the tickets that this person sees."""
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    seen = tickets_for(user).order_by()
    hours = Counter(
        dict(
            seen.filter(created_at__gte=start)
            .annotate(hour=ExtractHour("created_at", tzinfo=start.tzinfo))
            .values_list("hour")
            .annotate(count=Count("pk"))
        )
    )
    done = seen.filter(resolved_at__gte=start).aggregate(all=Count("pk"), mine=Count("pk", filter=Q(resolved_by=user)))
    replies = Message.objects.filter(author=user, created_at__gte=start, is_internal=False)
    return {
        "created": sum(hours.values()),
        "resolved": done["all"],
        "mine": done["mine"],
        "replies": replies.filter(author_type=AuthorType.AGENT).count(),
        "bars": _bars(hours),
    }


def _bars(hours: Counter[int]) -> list[Bar]:
    most = max(hours.values(), default=0)
    return [Bar(hour, hours[hour], round(hours[hour] / most * TALLEST) if most else 0) for hour in range(24)]


def _newest(user: User) -> list[dict[str, Any]]:
    if not user.has_perm(EntryAdmin.view_right):
        return []
    rows = Entry.objects.select_related("detail").order_by("-pk")[:NEWEST]
    return [
        {
            "url": reverse("admin:audit_entry_change", args=[row.pk]),
            "act": action_words(row.action),
            "kind": kind_words(row.entity_type),
            "name": row.detail.entity_name if hasattr(row, "detail") else row.entity_id,
            "actor": _actor(row),
            "at": row.created_at,
        }
        for row in rows
    ]


def _actor(row: Entry) -> str:
    name = row.detail.actor_name if hasattr(row, "detail") else ""
    return actor_name(row.actor_model, name) or actor_words(row.actor_model)
