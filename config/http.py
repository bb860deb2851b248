"""HTTP as this project serves it: the bridge with its bounds, and liveness on the loop."""

from typing import Any

from django.conf import settings

from core.bridge import HttpBridge, Limits, guard_daphne

_PREFIX = f"/{settings.API_PREFIX}" if settings.API_PREFIX else ""
UPLOADS = frozenset({f"{_PREFIX}/tickets/upload", f"{_PREFIX}/chat/upload"})


def max_body(path: str) -> int:
    """Return the largest body a path takes, in bytes; the back office sends files in forms."""
    if path.startswith("/socket.io/"):
        return int(settings.REALTIME["frame_bytes"])
    return settings.MAX_UPLOAD_BODY_BYTES if path in UPLOADS or path.startswith("/admin/") else settings.MAX_BODY_BYTES


async def _live(scope: Any) -> tuple[int, bytes]:
    return 200, b'{"status":"ok"}'


def bridge(wsgi: Any) -> HttpBridge:
    """Return the ASGI application for HTTP."""
    limits = Limits(
        threads=settings.WEB_THREADS,
        backlog=settings.WEB_BACKLOG,
        upload_paths=UPLOADS,
        max_body=max_body,
        # Behind a proxy all requests come from its address, and it keeps slow senders to itself.
        slow_per_address=0 if settings.TRUSTED_PROXY_COUNT else settings.WEB_SLOW_PER_ADDRESS,
    )
    http = HttpBridge(wsgi, limits=limits, loop_routes={"/health/live": _live}, language=settings.LANGUAGE_CODE)
    # Before daphne takes a connection: it would read a body of any size into memory first.
    guard_daphne(http)
    return http
