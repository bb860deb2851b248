"""Define what became of a ticket, in words: its audit entries as people read them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Team, User
from audit.models import Entry
from audit.queries import history_of
from audit.words import action_words, actor_name, actor_words, field_words, value_words
from tickets.models import Category, Ticket

NOTHING = "—"
# What the history of a ticket tells of an entry; `isInternal` is the kind of a message.
FIELDS = (
    *("subject", "status", "priority", "categoryId", "teamId", "agentId", "customerId", "orderId", "productId", "tags"),
    *("attachments", "escalationLevel", "watcher", "link", "kind", "mergedInto", "merged", "rating", "feedback"),
    *("isInternal", "macro", "snoozedUntil"),
)
_PEOPLE, _CATEGORIES, _TEAMS = {"agentId", "customerId", "watcher"}, {"categoryId"}, {"teamId"}


@dataclass(frozen=True)
class Line:
    """One value before and after; None where the entry does not say."""

    label: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Act:
    """One entry as the page shows it."""

    id: int
    at: datetime.datetime
    words: str
    actor: str
    actor_kind: str
    lines: list[Line]
    reason: str = ""


@dataclass
class _Names:
    """Names of what entries mention by id, read once for all of them."""

    people: dict[str, str]
    categories: dict[str, str]
    teams: dict[str, str]


def entries_of(ticket: Ticket) -> QuerySet[Entry]:
    """Newest first."""
    return history_of("ticket", str(ticket.pk)).order_by("-pk")


def in_words(entries: Sequence[Entry]) -> list[Act]:
    """The entries in the reader's language; at most three queries for names, however many entries."""
    details = [entry.detail for entry in entries if hasattr(entry, "detail")]
    names = _names([values for row in details for values in (row.old_values, row.new_values)])
    return [_act(entry, names) for entry in entries]


def _act(entry: Entry, names: _Names) -> Act:
    detail = entry.detail if hasattr(entry, "detail") else None
    old, new = (detail.old_values or {}, detail.new_values or {}) if detail else ({}, {})
    shown = [name for name in dict.fromkeys([*old, *new]) if name in FIELDS and _says(name, old, new)]
    metadata = (detail.metadata or {}) if detail else {}
    return Act(
        id=entry.pk,
        at=entry.created_at,
        words=action_words(entry.action),
        actor=actor_name(entry.actor_model, detail.actor_name) if detail else "",
        actor_kind=actor_words(entry.actor_model),
        lines=[_line(name, old, new, names) for name in shown],
        reason=str(metadata.get("reason", "")),
    )


def _says(name: str, old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Return whether a value is worth a line: what is empty before and after is not."""
    return old.get(name) not in (None, "", [], 0) or new.get(name) not in (None, "", [], 0)


def _line(name: str, old: dict[str, Any], new: dict[str, Any], names: _Names) -> Line:
    before = _value(name, old[name], names) if name in old else None
    after = _value(name, new[name], names) if name in new else None
    return Line(field_words("kind" if name == "isInternal" else name), before, after)


def _value(name: str, value: Any, names: _Names) -> str:
    if name == "isInternal":
        return _("Internal note") if value else _("Reply")
    if value in (None, "", []):
        return NOTHING
    if isinstance(value, list):
        return " · ".join(map(str, value))
    text = str(value_words(name, value))
    for known, found in ((_PEOPLE, names.people), (_CATEGORIES, names.categories), (_TEAMS, names.teams)):
        if name in known:
            return found.get(text, text)
    return text


def _names(values: Iterable[dict[str, Any] | None]) -> _Names:
    mentioned = [(name, str(value)) for part in values for name, value in (part or {}).items() if value]

    def ids(names: set[str]) -> list[str]:
        return [text for name, text in mentioned if name in names and text.isdigit()]

    people = User.objects.filter(pk__in=ids(_PEOPLE)).only("name") if ids(_PEOPLE) else []
    categories = Category.objects.filter(pk__in=ids(_CATEGORIES)) if ids(_CATEGORIES) else []
    teams = Team.objects.filter(pk__in=ids(_TEAMS)) if ids(_TEAMS) else []
    return _Names(
        {str(row.pk): row.name for row in people},
        {str(row.pk): str(row) for row in categories},
        {str(row.pk): str(row) for row in teams},
    )
