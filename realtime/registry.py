"""Every event the product can emit, declared once by the app that owns it and named in REALTIME_EVENTS."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from core.protocols import Room, SocketAction, SocketAuthenticator


@dataclass(frozen=True)
class EventSpec:
    """A registered event: the serializer of its data for each audience, and the prefixes of rooms it may go to.

    `forms` maps an audience (`customer`, `staff`) to a function returning the DRF serializer class of the data. `show`
    puts a thing into the form of an audience where that takes more than the serializer.
    """

    name: str
    summary: str
    rooms: frozenset[str]
    forms: Mapping[str, Callable[[], type[Any]]]
    show: Callable[[str, Any], Mapping[str, Any]] | None = None
    stored: bool = True
    moves_access: bool = False
    """Whether members of its rooms may have lost their right to be there."""
    ends_typing: bool = False
    """Return whether it is a message, whose author has ended typing."""
    since_version: int = 1
    tags: tuple[str, ...] = field(default=())

    def data_of(self, audience: str, thing: Any) -> Mapping[str, Any]:
        """Return what the members of rooms of this audience are told of a thing."""
        if self.show is not None:
            return self.show(audience, thing)
        shown: Mapping[str, Any] = self.forms[audience]().show(thing)
        return shown


@cache
def events() -> Mapping[str, EventSpec]:
    """All registered events by name. ValueError when two apps claim one name."""
    found: dict[str, EventSpec] = {}
    for path in settings.REALTIME_EVENTS:
        for spec in import_string(path):
            if spec.name in found:
                raise ValueError(f"The event {spec.name} is registered twice.")
            found[spec.name] = spec
    return found


@cache
def rooms() -> Mapping[str, tuple[Room, ...]]:
    """All room classes by prefix."""
    found: dict[str, tuple[Room, ...]] = {}
    for path in settings.REALTIME_ROOMS:
        room = import_string(path)()
        found[room.prefix] = (*found.get(room.prefix, ()), room)
    return found


@cache
def actions() -> Mapping[str, SocketAction]:
    """The actions of apps by their names on the wire."""
    made = [import_string(path)() for path in settings.REALTIME_ACTIONS]
    return {action.name: action for action in made}


@cache
def authenticator() -> SocketAuthenticator:
    """Return who tells the people behind sockets."""
    made: SocketAuthenticator = import_string(settings.REALTIME_AUTHENTICATOR)()
    return made
