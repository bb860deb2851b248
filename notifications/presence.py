"""Who is looking at a conversation at this moment, as their sockets say."""

from __future__ import annotations

from collections.abc import Collection


def looking(rooms: Collection[str], user_ids: Collection[int]) -> set[int]:
    """Return those of these people who have joined one of these rooms; nobody, while that is not known."""
    return set()
