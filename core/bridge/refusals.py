"""Answers the bridge gives itself, without the application: refusals in the API's shape, and request ids."""

import json
import random
import re
from typing import NamedTuple

from core.bridge.asgi import Headers, Scope, header
from core.text import language_asked


class Reason(NamedTuple):
    """A refusal of the bridge: its status, its code in the contract, its words in English and Arabic."""

    status: int
    code: str
    english: str
    arabic: str


REASONS = {
    "invalid": Reason(400, "invalid", "The request is not valid.", "الطلب غير صالح."),
    "too_slow": Reason(408, "invalid", "The request took too long to arrive.", "تأخر وصول الطلب أكثر من المسموح."),
    "too_large": Reason(413, "too_large", "This is too large.", "الحجم أكبر من المسموح."),
    "long_address": Reason(414, "too_large", "The address is too long.", "العنوان أطول من المسموح."),
    "long_head": Reason(431, "too_large", "The request's headers are too long.", "ترويسات الطلب أطول من المسموح."),
    "internal": Reason(500, "internal", "Something went wrong on our side.", "حدث خطأ في الخادم."),
    "unavailable": Reason(
        503, "unavailable", "The service is busy. Try again in a moment.", "الخدمة مشغولة. أعد المحاولة بعد قليل."
    ),
    "no_room": Reason(
        503, "unavailable", "There is no room to take this now. Try again later.",
        "لا تتوفر مساحة لاستلام هذا الآن. أعد المحاولة لاحقًا.",
    ),
}  # fmt: skip
RETRY_AFTER_SECONDS = 2

_SANE_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


def request_id_of(scope: Scope) -> str:
    """Return the client's X-Request-Id if it is sane, else a new one."""
    given = header(scope, b"x-request-id")
    if given is not None and _SANE_REQUEST_ID.fullmatch(given):
        return given.decode("ascii")
    return f"{random.getrandbits(128):032x}"  # a name for logs, no secret


def refusal(reason: str, scope: Scope, request_id: str, language: str) -> tuple[int, Headers, bytes]:
    """Return status, headers and JSON of a refusal, in the caller's language; 503 says when to come back.

    `language` is that of callers who ask for neither of ours.
    """
    status, code, english, arabic = REASONS[reason]
    asked = language_asked((header(scope, b"accept-language") or b"").decode("latin-1"))
    message = arabic if (asked or language) == "ar" else english
    error = {"code": code, "message": message, "requestId": request_id}
    body = json.dumps({"success": False, "error": error}, ensure_ascii=False).encode()
    headers = [*json_headers(body, request_id), (b"cache-control", b"no-store")]
    if status == 503:
        headers.append((b"retry-after", b"%d" % RETRY_AFTER_SECONDS))
    return status, headers, body


def json_headers(body: bytes, request_id: str) -> Headers:
    """Return what every JSON answer of the bridge itself carries."""
    return [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"content-length", b"%d" % len(body)),
        (b"x-content-type-options", b"nosniff"),
        (b"x-request-id", request_id.encode("ascii")),
    ]
