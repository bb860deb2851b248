"""The hub of this process: one a running event loop, made at its first socket."""

from __future__ import annotations

import asyncio
from weakref import WeakKeyDictionary

from realtime.hub import Hub
from realtime.periodic import start_periodic

_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """Return the hub of the running loop."""
    loop = asyncio.get_running_loop()
    found = _hubs.get(loop)
    if found is None:
        found = _hubs[loop] = Hub()
        start_periodic(found)
    return found
