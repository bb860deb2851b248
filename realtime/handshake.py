"""Check every socket's handshake: the page it comes from, the address, and where its credential stands."""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

SUBPROTOCOL = "support.v1"
USER_AGENT_LENGTH = 300
_BEARER = "bearer."


def headers(scope: Mapping[str, Any]) -> dict[str, str]:
    """The handshake's headers by lower-case name; of repeated ones the last."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


def origin_allowed(found: Mapping[str, str], *, required: bool) -> bool:
    """Return whether the page that opened the socket may: a listed origin, or our own host. None is given by programs.

    `required` is for sockets signed in by cookie, which a browser sends along for any page.
    """
    origin = found.get("origin")
    if origin is None:
        return not required
    if origin in settings.REALTIME["origins"]:
        return True
    host, page = found.get("host", ""), urlsplit(origin)
    if not host or page.netloc != host or (settings.SECURE and page.scheme != "https"):
        return False
    domain, _port = split_domain_port(host)
    return validate_host(domain, settings.ALLOWED_HOSTS)


def bearer_token(found: Mapping[str, str], subprotocols: list[str]) -> str | None:
    """The token of the Authorization header or of a subprotocol `bearer.<jwt>`; None when there is neither."""
    kind, _space, token = found.get("authorization", "").partition(" ")
    if kind.lower() == "bearer" and token.strip():
        return token.strip()
    return next((name[len(_BEARER) :] for name in subprotocols if name.startswith(_BEARER)), None)


def cookies(found: Mapping[str, str]) -> dict[str, str]:
    """The handshake's cookies."""
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(found.get("cookie", ""))
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in jar.items()}


def user_agent(found: Mapping[str, str]) -> str:
    """Return what the client calls itself, one text for all that are called the same; a proxy keeps it as it was."""
    return sys.intern(found.get("user-agent", "")[:USER_AGENT_LENGTH])


def address(scope: Mapping[str, Any], found: Mapping[str, str]) -> str:
    """The caller's address; from X-Forwarded-For only as far as TRUSTED_PROXY_COUNT proxies wrote it."""
    client = scope.get("client")
    known = str(client[0]) if client else ""
    if settings.TRUSTED_PROXY_COUNT:
        hops = [hop.strip() for hop in found.get("x-forwarded-for", "").split(",") if hop.strip()]
        if len(hops) >= settings.TRUSTED_PROXY_COUNT:
            known = hops[-settings.TRUSTED_PROXY_COUNT]
    try:
        return str(ipaddress.ip_address(known))
    except ValueError:
        return ""
