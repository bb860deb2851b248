"""HTTP as this project serves it: the bridge with its bounds, our words for its refusals, liveness on the loop."""

from typing import Any

import orjson
from django.conf import settings
from django.utils import translation

from core.api.problems import body
from core.bridge import HttpBridge, Limits, guard_daphne
from core.bridge.refusals import prefers_arabic
from core.errors import CODES, Unavailable
from core.request_context import Origin, request_context

_PREFIX = f"/{settings.API_PREFIX}" if settings.API_PREFIX else ""
UPLOADS = frozenset({f"{_PREFIX}/tickets/upload", f"{_PREFIX}/chat/upload"})


def max_body(path: str) -> int:
    """The largest body a path takes, in bytes; the back office sends files in forms."""
    if path.startswith("/socket.io/"):
        return int(settings.REALTIME["frame_bytes"])
    return settings.MAX_UPLOAD_BODY_BYTES if path in UPLOADS or path.startswith("/admin/") else settings.MAX_BODY_BYTES


async def _live(scope: Any) -> tuple[int, bytes]:
    return 200, b'{"status":"ok"}'


def _language(scope: Any) -> str:
    """Arabic or English by Accept-Language; the site's own language when it names neither."""
    asked = dict(scope["headers"]).get(b"accept-language", b"").lower()
    if b"ar" not in asked and b"en" not in asked:
        return str(settings.LANGUAGE_CODE)
    return "ar" if prefers_arabic(scope) else "en"


def _error_body(code: str, scope: Any, request_id: str) -> bytes:
    with translation.override(_language(scope)), request_context(Origin(request_id)):
        return orjson.dumps(body(CODES.get(code, Unavailable)()))


def bridge(wsgi: Any) -> HttpBridge:
    """The ASGI application for HTTP."""
    limits = Limits(threads=settings.WEB_THREADS, backlog=settings.WEB_BACKLOG, max_body=max_body)
    http = HttpBridge(wsgi, limits=limits, loop_routes={"/health/live": _live}, error_body=_error_body)
    # Before daphne takes a connection: it would read a body of any size into memory first.
    guard_daphne(http)
    return http
