"""A browser that subscribed to Web Push, with keys of its own: what is sent to it can be read by it alone."""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from notifications.subscriptions import CURVE


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@dataclass
class Browser:
    """A subscription at the push service at `url`."""

    url: str
    name: str = "one"
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(CURVE))
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    @property
    def subscription(self) -> dict[str, Any]:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": text(point), "auth": text(self.secret)}
        return {"endpoint": f"{self.url}/{self.name}", "expirationTime": None, "keys": keys}

    @property
    def token(self) -> str:
        return json.dumps(self.subscription)

    def read(self, content: bytes) -> dict[str, str]:
        """Return what a message says."""
        found: dict[str, str] = json.loads(http_ece.decrypt(content, private_key=self.key, auth_secret=self.secret))
        return found
