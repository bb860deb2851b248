"""Puts our own channel and request into the daphne of this process; the only place that replaces a name of daphne's."""

import logging
import sys

from core.bridge.app import HttpBridge

log = logging.getLogger(__name__)


def guard_daphne(bridge: HttpBridge) -> bool:
    """Make the daphne of this process, if it is one, keep the bridge's bounds; call it before daphne listens.

    A daphne or Twisted without the names we build on serves as it comes: a proxy must then bound bodies and slow
    senders, and a log line says so.
    """
    server = sys.modules.get("daphne.server")
    if server is None:
        return False
    try:
        from core.bridge.daphne import guarded

        server.HTTPFactory = guarded(server.HTTPFactory, bridge)  # type: ignore[attr-defined]
    except (AttributeError, ImportError, TypeError) as missing:
        log.warning(
            "daphne is served unguarded, put a proxy before it that bounds bodies and slow senders: %s", missing
        )
        return False
    return True
