"""The sign-in that somebody acts in, as signed links name it: they end with it, and serve nobody else."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils.crypto import salted_hmac

from accounts.models import User
from accounts.realtime_auth import SESSION, Authenticator
from accounts.token_users import in_family

_DIGEST = "session-"


def mark_of(user: User) -> str:
    """Return what a link may say of the user's sign-in: the token family, or a digest of the back office's session.

    Empty for a user who was not read with a sign-in.
    """
    return _digest(user.sign_in) if user.sign_in.startswith(SESSION) else user.sign_in


def reader_of_link(user_id: int, mark: str, *, bearer: User | None, cookies: Mapping[str, str]) -> User | None:
    """Return the user a link was made for, with their rights, while the sign-in it names goes on.

    None too when somebody else's token (`bearer`) or session comes along. A link of the back office needs the cookie
    of its own session.
    """
    visitor = Authenticator().by_cookie(cookies)
    others = [bearer, visitor.user if visitor else None]
    if any(other is not None and other.pk != user_id for other in others):
        return None
    if mark.startswith(_DIGEST):
        return visitor.user if visitor and _digest(visitor.credential) == mark else None  # type: ignore[return-value]
    try:
        return in_family(user_id, UUID(mark))
    except ValueError:
        return None


def _digest(credential: str) -> str:
    return _DIGEST + salted_hmac("accounts.sign_ins", credential, algorithm="sha256").hexdigest()[:40]
