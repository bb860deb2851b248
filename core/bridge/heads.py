"""The headers of an answer as they go out: what the server must add, and what it may not pass on."""

from core.bridge.asgi import Headers

_HOP_BY_HOP = {b"connection", b"keep-alive", b"proxy-connection", b"transfer-encoding", b"upgrade", b"te", b"trailer"}


def bodyless(method: str, status: int) -> bool:
    """Whether the answer ends with its headers (RFC 9110: HEAD, 1xx, 204, 304)."""
    return method == "HEAD" or status in (204, 304) or status < 200


def settled_length(method: str, status: int, body: bytes) -> int | None:
    """The Content-Length of a whole answer, None where the application's own stands (304, HEAD without a body)."""
    if status == 304 or (method == "HEAD" and not body):
        return None
    return len(body)


def outgoing(status: int, headers: Headers, request_id: str, length: int | None) -> Headers:
    """The application's headers without hop-by-hop ones, with X-Request-Id and the true Content-Length.

    With `length` None the application's Content-Length stands.
    """
    out: Headers = []
    named = False
    for pair in headers:
        name = pair[0].lower()
        if name in _HOP_BY_HOP or (name == b"content-length" and (length is not None or status == 204)):
            continue
        named = named or name == b"x-request-id"
        out.append(pair)
    if length is not None and status != 204:
        out.append((b"Content-Length", b"%d" % length))
    if not named:
        out.append((b"X-Request-Id", request_id.encode("ascii")))
    return out


def announced_length(headers: Headers) -> int | None:
    """The Content-Length among these headers, or None."""
    for name, value in headers:
        if name.lower() == b"content-length" and value.isdigit():
            return int(value)
    return None
