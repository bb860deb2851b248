"""Turns an ASGI scope into a WSGI environ (PEP 3333), byte for byte."""

import re
import sys
from functools import lru_cache
from io import SEEK_END
from typing import IO, Any
from urllib.parse import unquote_to_bytes

from core.bridge.asgi import Scope

Environ = dict[str, Any]

HAS_LEFT = "support.client_has_left"
"""Holds a function that tells whether the client has disconnected; work that takes seconds asks it now and then."""
_SLASH = re.compile(rb"%(2f)", re.IGNORECASE)
_OURS = {b"content-length", b"transfer-encoding", b"x-request-id"}
_CONSTANT: Environ = {
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
    "wsgi.input_terminated": True,
}


class TargetInvalid(Exception):
    """The request target names no path of ours (`*`, CONNECT)."""


def build_environ(scope: Scope, body: IO[bytes], request_id: str, script_name: str) -> Environ:
    """Return the environ of one request; raises TargetInvalid.

    SCRIPT_NAME is the configured one alone: daphne takes a root path from a header any client may send.
    """
    path = _path_info(scope)
    if script_name and (path + "/").startswith(script_name + "/"):
        path = path[len(script_name) :]
    server_name, server_port = scope.get("server") or ("localhost", 80)
    client_address, client_port = scope.get("client") or ("", 0)
    environ = _CONSTANT.copy()
    environ.update(
        {
            "REQUEST_METHOD": scope["method"],
            "SCRIPT_NAME": script_name,
            "PATH_INFO": path,
            "QUERY_STRING": scope.get("query_string", b"").decode("latin-1"),
            "SERVER_PROTOCOL": "HTTP/" + scope["http_version"],
            "SERVER_NAME": server_name,
            "SERVER_PORT": str(server_port),
            "REMOTE_ADDR": client_address,
            "REMOTE_PORT": str(client_port),
            "HTTP_X_REQUEST_ID": request_id,
            "wsgi.url_scheme": scope.get("scheme", "http"),
            "wsgi.input": body,
        }
    )
    _add_headers(environ, scope, body.seek(0, SEEK_END))
    body.seek(0)
    return environ


def _path_info(scope: Scope) -> str:
    """Return the percent-decoded path, its bytes as latin-1; an absolute-form target loses its authority.

    An encoded slash separates nothing: it stays encoded, so that no other address is reached by it.
    """
    raw: bytes | None = scope.get("raw_path")
    if raw is None:
        path = scope["path"].encode("utf-8", "surrogateescape")
    else:
        path = unquote_to_bytes(_SLASH.sub(rb"%25\1", _origin_form(raw)))
    if not path.startswith(b"/"):
        raise TargetInvalid
    decoded: str = path.decode("latin-1")
    return decoded


def _origin_form(target: bytes) -> bytes:
    if target.startswith(b"/"):
        return target
    scheme, found, rest = target.partition(b"://")
    if not found or scheme.lower() not in (b"http", b"https"):
        raise TargetInvalid
    return b"/" + rest.partition(b"/")[2]


def _add_headers(environ: Environ, scope: Scope, length: int) -> None:
    has_length = length > 0
    for name, value in scope["headers"]:
        key = _environ_name(name)
        if key is None:
            has_length = has_length or name == b"content-length"
            continue
        text = value.decode("latin-1")
        if key in environ:
            text = environ[key] + ("; " if key == "HTTP_COOKIE" else ",") + text
        environ[key] = text
    if has_length:
        environ["CONTENT_LENGTH"] = str(length)


@lru_cache(maxsize=512)
def _environ_name(name: bytes) -> str | None:
    """Return None for what the bridge sets itself, and for underscores, which could pose as another header."""
    if name in _OURS or b"_" in name:
        return None
    key = name.decode("latin-1").upper().replace("-", "_")
    return key if key == "CONTENT_TYPE" else "HTTP_" + key
