"""Links that need no sign-in: signed, for one person and one purpose."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.conf import settings
from django.core import signing
from django.urls import reverse

_UNSUBSCRIBE = "notifications.unsubscribe"


class Subscription(NamedTuple):
    """Which kind (or the digest of all) a person wants no more by which channel."""

    user_id: int
    kind: str
    channel: str


def unsubscribe_url(user: Any, kind: str, channel: str) -> str:
    """Return the address that ends one kind of e-mail for one person, without signing in."""
    token = signing.dumps([user.pk, kind, str(channel)], salt=_UNSUBSCRIBE)
    return settings.SITE_URL + reverse("notification-unsubscribe", args=[token])


def read_unsubscribe(token: str) -> Subscription | None:
    """Return what a token of ours says; None for any other. It does not run out: mail is kept for years."""
    try:
        user_id, kind, channel = signing.loads(token, salt=_UNSUBSCRIBE)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Subscription(int(user_id), str(kind), str(channel))
