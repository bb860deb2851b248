"""Define what people read of their notifications and preferences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from core.api.lists import Sort
from notifications.choices import Choices
from notifications.forms import form_of
from notifications.kinds import kinds, kinds_for
from notifications.models import Channel, Notification

SORTS = {"createdAt": Sort("created_at")}


def unread_count(user_id: int) -> int:
    """Return how many notifications a person has not read, up to 1,000."""
    return Notification.objects.filter(recipient_id=user_id, read_at=None)[:1000].count()


def forms_of(rows: Sequence[Notification], reader: Any, language: str) -> list[dict[str, Any]]:
    """Return the forms of some of a reader's notifications; one query for each sort of thing they are about."""
    about: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        about[row.kind].add(row.item.entity_id)
    seen: dict[str, set[str]] = {}
    by_model: dict[Any, set[str]] = defaultdict(set)
    for slug, ids in about.items():
        if slug in kinds():
            by_model[kinds()[slug].model] |= ids
    visible = {model: _visible(model, reader, ids) for model, ids in by_model.items()}
    seen = {slug: visible[kinds()[slug].model] for slug in about if slug in kinds()}
    return [form_of(row, language, visible=row.item.entity_id in seen.get(row.kind, ())) for row in rows]


def _visible(model: Any, reader: Any, ids: set[str]) -> set[str]:
    kind = next(kind for kind in kinds().values() if kind.model is model)
    return kind.visible(reader, ids)


def preferences_of(user: Any) -> dict[str, dict[str, bool]]:
    """Return what tells a person of which kind: their own choices over the defaults."""
    mine = kinds_for(user)
    choices = Choices.of([user.pk], [kind.slug for kind in mine])
    return {
        kind.slug: {
            channel: choices.enabled(kind, user, channel) for channel in Channel.values if channel in kind.channels
        }
        for kind in mine
    }
