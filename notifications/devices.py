"""The devices of people, as push looks them up."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from notifications.models import Device


def digest_of(token: str) -> str:
    """Return what names a token in indexes and attempts."""
    return hashlib.sha256(token.encode()).hexdigest()


def family_of_session(key: str) -> str:
    """Return what stands for a sign-in of the back office, as a token family stands for one of the API."""
    return digest_of(f"session:{key}")[:36]


def devices_of(user_id: int) -> list[Device]:
    """Return a person's devices, the oldest first."""
    return list(Device.objects.filter(user_id=user_id).order_by("pk"))


def retire(digest: str) -> None:
    """Forget a device that the provider knows no more."""
    Device.objects.filter(digest=digest).delete()


def forget(families: Collection[str]) -> None:
    """Forget the devices that came with these sign-ins, which have ended."""
    Device.objects.filter(family__in=[str(family) for family in families]).delete()


def forget_all(user_id: int) -> None:
    """Forget every device of a person whose sign-ins have all ended."""
    Device.objects.filter(user_id=user_id).delete()
