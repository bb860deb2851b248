"""Names of rooms and who may be in them, asked of the classes that the apps above declare."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from functools import cache

from core.protocols import Room, Viewer
from realtime.registry import rooms

MAX_REF = 64


def reference(value: object) -> str | None:
    """A reference as a client sent it, or None for what cannot be one."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not 0 < len(value) <= MAX_REF or not value.isascii() or not value.isprintable():
        return None
    return value


def split(name: str) -> tuple[str, str]:
    """The prefix and the reference of a room's name."""
    prefix, _colon, ref = name.partition(":")
    return prefix, ref


def find(user: Viewer, prefix: str, ref: str) -> str | None:
    """The name of the room that this person joins by a reference; staff get their own. None when he may not."""
    for room in rooms().get(prefix, ()):
        if user.is_agent and room.staff_prefix:
            return find(user, room.staff_prefix, ref)
        canonical = room.joinable(user, [ref]).get(ref)
        if canonical is not None:
            return f"{room.prefix}:{canonical}"
    return None


def allowed(user: Viewer, names: Collection[str]) -> set[str]:
    """Which of these rooms this person may be in now; one query a kind of room."""
    refs: dict[str, list[str]] = defaultdict(list)
    for name in names:
        prefix, ref = split(name)
        refs[prefix].append(ref)
    return {
        f"{prefix}:{ref}"
        for prefix, wanted in refs.items()
        for room in rooms().get(prefix, ())
        for ref in room.joinable(user, wanted)
    }


def automatic(user: Viewer) -> list[str]:
    """The rooms that each of this person's sockets joins by itself."""
    return [f"{room.prefix}:{ref}" for kind in rooms().values() for room in kind for ref in room.automatic(user)]


@cache
def joins() -> dict[str, Room]:
    """Join and leave actions by their names on the wire."""
    classes = [room for kind in rooms().values() for room in kind]
    return {name: room for room in classes for name in (room.join_action, room.leave_action) if name}


@cache
def typed() -> dict[str, Sequence[str]]:
    """For each argument name (`ticketId`), the prefixes of the rooms that typing goes to, customers' first."""
    found: dict[str, list[str]] = defaultdict(list)
    for kind in rooms().values():
        for room in kind:
            if room.key:
                found[room.key].insert(0 if room.staff_prefix else len(found[room.key]), room.prefix)
    return dict(found)
