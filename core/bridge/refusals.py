"""Answers the bridge gives itself, without the application: refusals in the API's shape, and request ids."""

import json
import random
import re
from collections.abc import Callable

from core.bridge.asgi import Headers, Scope, header

ErrorBody = Callable[[str, Scope, str], bytes]
"""From code, scope and request id to the JSON of the refusal."""

STATUS = {"invalid": 400, "too_large": 413, "internal": 500, "unavailable": 503}
RETRY_AFTER_SECONDS = 2

_SANE_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_TEXTS = {
    "invalid": ("The request is not valid.", "الطلب غير صالح."),
    "too_large": ("This is too large.", "الحجم أكبر من المسموح."),
    "internal": ("Something went wrong on our side.", "حدث خطأ في الخادم."),
    "unavailable": ("The service is busy. Try again in a moment.", "الخدمة مشغولة. أعد المحاولة بعد قليل."),
}


def request_id_of(scope: Scope) -> str:
    """The client's X-Request-Id if it is sane, else a new one."""
    given = header(scope, b"x-request-id")
    if given is not None and _SANE_REQUEST_ID.fullmatch(given):
        return given.decode("ascii")
    return f"{random.getrandbits(128):032x}"  # a name for logs, no secret


def prefers_arabic(scope: Scope) -> bool:
    """Whether Accept-Language ranks Arabic above English; without either, False."""
    weights = {"ar": 0.0, "en": 0.0}
    for part in (header(scope, b"accept-language") or b"").decode("latin-1").lower().split(","):
        tag, _, parameters = part.partition(";")
        language = tag.strip().partition("-")[0]
        if language in weights:
            weights[language] = max(weights[language], _quality(parameters))
    return weights["ar"] > weights["en"]


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    try:
        return float(value) if name == "q" else 1.0
    except ValueError:
        return 0.0


def default_error_body(code: str, scope: Scope, request_id: str) -> bytes:
    """The refusal in Arabic or English by Accept-Language, without any framework."""
    message = _TEXTS[code][prefers_arabic(scope)]
    error = {"code": code, "message": message, "requestId": request_id}
    return json.dumps({"success": False, "error": error}, ensure_ascii=False).encode()


def refusal_headers(code: str, body: bytes, request_id: str) -> Headers:
    """The headers of a refusal; 503 says when to come back."""
    headers = json_headers(body, request_id)
    headers.append((b"cache-control", b"no-store"))
    if code == "unavailable":
        headers.append((b"retry-after", b"%d" % RETRY_AFTER_SECONDS))
    return headers


def json_headers(body: bytes, request_id: str) -> Headers:
    """What every JSON answer of the bridge itself carries."""
    return [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"content-length", b"%d" % len(body)),
        (b"x-content-type-options", b"nosniff"),
        (b"x-request-id", request_id.encode("ascii")),
    ]
