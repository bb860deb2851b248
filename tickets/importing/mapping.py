"""The mapping file: which of their columns and values is which of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson

from core.days import site_zone
from tickets.importing.records import MESSAGE_FIELDS, TICKET_FIELDS

CSV_MESSAGE = {f"message{name[0].upper()}{name[1:]}": name for name in MESSAGE_FIELDS}
_KEYS = {"fields", "messageFields", "values", "defaults", "timeZone"}


class BadMapping(Exception):
    """Why a mapping file cannot be used."""


@dataclass(frozen=True)
class Mapped:
    """A mapping: `fields` and `message_fields` lead from theirs to ours; without them, names are ours already."""

    fields: Mapping[str, str] | None = None
    message_fields: Mapping[str, str] | None = None
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    zone: ZoneInfo = field(default_factory=site_zone)

    def ticket(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A record's fields by our names; what the mapping does not name is left out."""
        found = self._named(given, self.fields)
        messages = found.get("messages")
        if isinstance(messages, list):
            found["messages"] = [
                self._valued(self._named(one, self.message_fields)) if isinstance(one, Mapping) else one
                for one in messages
            ]
        found = self._valued(found)
        for name, value in self.defaults.items():
            if found.get(name) in (None, ""):
                found[name] = value
        return found

    def _named(self, given: Mapping[str, Any], names: Mapping[str, str] | None) -> dict[str, Any]:
        if names is None:
            return dict(given)
        return {names[name]: value for name, value in given.items() if name in names}

    def _valued(self, found: dict[str, Any]) -> dict[str, Any]:
        for name, values in self.values.items():
            if isinstance(found.get(name), str | int):
                text = str(found[name]).strip()
                found[name] = values.get(text, text)
        return found


def read_mapping(path: Path) -> Mapped:
    """The mapping of a JSON file; raises BadMapping."""
    try:
        given = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise BadMapping(f"{path}: {error}") from error
    if not isinstance(given, dict) or set(given) - _KEYS:
        raise BadMapping(f"{path}: an object with {', '.join(sorted(_KEYS))} is needed")
    fields = _names(given.get("fields"), {*TICKET_FIELDS, *CSV_MESSAGE, "messages"})
    message_fields = _names(given.get("messageFields"), {*MESSAGE_FIELDS})
    values = given.get("values") or {}
    if not isinstance(values, dict) or not all(isinstance(one, dict) for one in values.values()):
        raise BadMapping("values: an object of objects is needed, their words leading to ours")
    defaults = given.get("defaults") or {}
    _names({name: name for name in defaults}, {*TICKET_FIELDS})
    return Mapped(fields, message_fields, values, defaults, _zone(given.get("timeZone")))


def _names(given: Any, known: set[str]) -> dict[str, str] | None:
    if given is None:
        return None
    if not isinstance(given, dict):
        raise BadMapping("fields: an object is needed, their names leading to ours")
    unknown = [str(name) for name in given.values() if name not in known]
    if unknown:
        raise BadMapping(f"There is no field {unknown[0]}; the fields are {', '.join(sorted(known))}.")
    return dict(given)


def _zone(name: Any) -> ZoneInfo:
    if not name:
        return site_zone()
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadMapping(f"timeZone: there is no zone {name}") from error
