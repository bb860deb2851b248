"""Subscriptions of browsers to Web Push, and the key of ours that they belong to."""

from __future__ import annotations

import base64
import json
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.utils.translation import gettext as _

from core.errors import Invalid

CURVE = ec.SECP256R1()
KEY_BYTES, SECRET_BYTES = 32, 16


def new_private_key() -> str:
    """Return a new VAPID_PRIVATE_KEY. Subscriptions belong to one key: with another they end."""
    return _text(ec.generate_private_key(CURVE).private_numbers().private_value.to_bytes(KEY_BYTES, "big"))


def public_key() -> str:
    """Return what a browser subscribes with; empty while Web Push is off, or its key is none."""
    return _public(settings.WEB_PUSH["private_key"])


@cache
def _public(private: str) -> str:
    try:
        raw = _bytes(private)
        key = ec.derive_private_key(int.from_bytes(raw, "big"), CURVE) if len(raw) == KEY_BYTES else None
    except ValueError:
        return ""
    return _text(key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)) if key else ""


def check(token: str) -> None:
    """Refuse a token that is no subscription at a push service that the settings name. Raises Invalid."""
    try:
        subscription: dict[str, Any] = json.loads(token)
        origin = origin_of(subscription["endpoint"])
        point, secret = (_bytes(subscription["keys"][name]) for name in ("p256dh", "auth"))
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        origin, secret = "", b""
    if len(secret) != SECRET_BYTES:
        raise Invalid(fields={"token": [_("This is not a push subscription.")]})
    if not _is_service(origin):
        raise Invalid(fields={"token": [_("This push service is not known.")]})


def origin_of(address: str) -> str:
    """Return scheme, host and port of an address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _is_service(origin: str) -> bool:
    """Return whether this is one of the push services; `https://*.example.com` stands for every host below it."""
    for known in settings.WEB_PUSH["services"]:
        scheme, _sep, below = known.partition("*")
        if origin == known or (below and origin.startswith(scheme) and origin.endswith(below)):
            return True
    return False


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
