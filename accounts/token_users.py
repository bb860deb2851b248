"""The person behind an access token: the JWT names user and family, everything else is read in one query."""

import datetime
import time
import uuid
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import SERVICE_ROLES, TokenFamily, User
from core.database.compiled import Prepared
from core.errors import Unauthenticated


@dataclass(frozen=True)
class Claims:
    """Hold what an access token names; `expires_at` in seconds since the epoch."""

    user_id: int
    family: uuid.UUID
    expires_at: float


def claims_of(token: str) -> Claims:
    """Return the claims of a token of ours that has not run out; raises Unauthenticated."""
    try:
        claims = _signed_claims(token)
    except (TokenError, KeyError, ValueError, TypeError):
        raise Unauthenticated from None
    if claims.expires_at <= time.time():
        raise Unauthenticated
    return claims


@lru_cache(maxsize=4096)
def _signed_claims(token: str) -> Claims:
    """Return the claims of a token with our signature: that never changes, so a token is taken apart once a process.

    Whether it has run out or been revoked is asked at each use. A token that is refused is not remembered.
    """
    claims: dict[str, Any] = AccessToken(token).payload  # type: ignore[arg-type]
    return Claims(int(claims["sub"]), uuid.UUID(str(claims["fam"])), float(claims["exp"]))


def user_of(token: str) -> tuple[User, str]:
    """Return the user of an access token with their rights, and the family it belongs to; raises Unauthenticated."""
    claims = claims_of(token)
    user = in_family(claims.user_id, claims.family)
    if user is None:
        raise Unauthenticated
    return user, user.sign_in


def in_family(user_id: int, family: uuid.UUID) -> User | None:
    """Return the user with their rights while this token family of theirs is open and they may act, else None."""
    found = _SIGNED_IN.fetch(user_id=user_id, family=family, now=timezone.now())
    if not found:
        return None
    user: User = found[0]
    user.sign_in = str(family)
    return user


def _in_session(user_id: int, family: uuid.UUID, now: datetime.datetime) -> QuerySet[User]:
    """Return the user with their rights, if they may act and the family is open."""
    alive = TokenFamily.objects.filter(pk=family, user=OuterRef("pk"), ended_at=None, expires_at__gt=now)
    users = User.objects.with_rights().filter(Exists(alive), pk=user_id, is_active=True)
    return users.exclude(role__in=SERVICE_ROLES)


_SIGNED_IN = Prepared(
    _in_session, user_id=-1, family=uuid.UUID(int=1), now=datetime.datetime(9999, 1, 1, tzinfo=datetime.UTC)
)
