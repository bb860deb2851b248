"""Sockets of this process on which nobody has signed in yet, by address: so many at a time, and for a few seconds."""

from collections import Counter

from django.conf import settings

_waiting: Counter[str] = Counter()


def may_wait(address: str) -> bool:
    """Return whether one more socket of this address may wait for its credential."""
    return not address or _waiting[address] < settings.REALTIME["sockets_per_address"]


class Pending:
    """One socket that waits: counted from before anything is kept of it until it has signed in or gone."""

    __slots__ = ("_address",)

    def __init__(self, address: str) -> None:
        self._address: str | None = address
        _waiting[address] += 1

    def end(self) -> None:
        """Stop counting it; does nothing the second time."""
        if self._address is not None:
            _waiting[self._address] -= 1
            if _waiting[self._address] <= 0:
                del _waiting[self._address]
            self._address = None
