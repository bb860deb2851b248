"""Define what people call the groups and the areas of rights."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accounts.catalogue import CATALOGUE, DEFAULT_GROUPS, Right, full_name
from accounts.models import Role


class Area(NamedTuple):
    """Rights that belong together on a page; `prefixes` are the first words of their names."""

    title: str | Promise
    prefixes: tuple[str, ...]


AREAS = (
    Area(_("Tickets"), ("tickets", "categories", "canned")),
    Area(_("Chats and the bot"), ("chat", "bot")),
    Area(_("Reports and oversight"), ("reports", "export", "audit", "sla")),
    # Also takes every right that no other area names.
    Area(_("People and settings"), ()),
)


class RightInWords(NamedTuple):
    """A right as the page shows it: in both languages, with its name on the wire."""

    codename: str
    name: str
    arabic: str
    english: str


def group_title(name: str) -> str:
    """A default group by its role's name in the reader's language; any other group as it was named."""
    return str(Role(name).label) if name in DEFAULT_GROUPS else name


def areas() -> list[tuple[str, list[RightInWords]]]:
    """The whole catalogue, area by area, in the catalogue's order."""
    named = {prefix: area for area in AREAS for prefix in area.prefixes}
    found: dict[Area, list[RightInWords]] = {area: [] for area in AREAS}
    for right in CATALOGUE:
        found[named.get(right.codename.partition(".")[0], AREAS[-1])].append(in_words(right))
    return [(str(area.title), rights) for area, rights in found.items() if rights]


def in_words(right: Right) -> RightInWords:
    with override("ar"):
        arabic = str(right.label)
    with override("en"):
        english = str(right.label)
    return RightInWords(right.codename, full_name(right.codename), arabic, english)
