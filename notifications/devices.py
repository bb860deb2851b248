"""The devices of people, as push looks them up."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from notifications.models import Device


def digest_of(token: str) -> str:
    """Return what names a token in indexes and attempts."""
    return hashlib.sha256(token.encode()).hexdigest()


def tokens_of(user_id: int) -> dict[str, str]:
    """Return the tokens of a person's devices by digest, the oldest first."""
    rows = Device.objects.filter(user_id=user_id).order_by("pk")
    return dict(rows.values_list("digest", "token"))


def retire(digest: str) -> None:
    """Forget a device that the provider knows no more."""
    Device.objects.filter(digest=digest).delete()


def forget(families: Collection[str]) -> None:
    """Forget the devices that came with these sign-ins, which have ended."""
    Device.objects.filter(family__in=[str(family) for family in families]).delete()
