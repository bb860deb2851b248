"""Define what came in somebody's quiet hours, told as one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils import timezone

from notifications.kinds import Kind, kinds
from notifications.models import Item
from notifications.rendering import words

SLUG = "digest"


def entries(
    told: Sequence[tuple[Kind[Any], Item]], contexts: Sequence[dict[str, Any]], language: str
) -> list[dict[str, Any]]:
    """Return an entry for each item: its own title and sentence, its time and its link."""
    found = []
    for (kind, item), context in zip(told, contexts, strict=True):
        title, short = words(kind.slug, context, language)
        found.append({"title": title, "short": short, "link": context.get("link", ""), "at": item.created_at})
    return found


def sample(language: str) -> dict[str, Any]:
    """Return an entry for the preview of the template."""
    title, short = words("ticket-replied", kinds()["ticket-replied"].sample(language), language)
    return {"title": title, "short": short, "link": settings.SITE_URL, "at": timezone.now()}
