"""JWT pairs and their families: rotation, reuse, and the end of a session."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass

from django.conf import settings
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts.models import Role, TokenFamily, User
from core import clock
from core.errors import Unauthenticated
from core.request_context import origin


@dataclass(frozen=True)
class Pair:
    """Hold what a sign-in answers: both tokens, and the seconds the access token lives."""

    access: str
    refresh: str
    expires_in: int
    user: User
    family: str


def lifetimes(user: User) -> tuple[datetime.timedelta, datetime.timedelta]:
    """How long this user's access token and family live."""
    if user.role == Role.GUEST:
        whole = datetime.timedelta(hours=settings.GUEST_TOKEN_HOURS)
        return whole, whole
    return (
        datetime.timedelta(minutes=settings.ACCESS_TOKEN_MINUTES),
        datetime.timedelta(days=settings.REFRESH_TOKEN_DAYS),
    )


def open_family(user: User) -> Pair:
    """Open a new session of this user."""
    return _open(user, lifetimes(user)[1])


def open_short_family(user: User) -> Pair:
    """Open a session that lives as long as one access token; its refresh token is given to nobody."""
    return _open(user, lifetimes(user)[0])


def _open(user: User, whole: datetime.timedelta) -> Pair:
    came = origin()
    family = TokenFamily.objects.create(
        user=user,
        expires_at=clock.now() + whole,
        ip_address=came.ip_address or None,
        user_agent=came.user_agent[:300].replace("\x00", ""),
    )
    return pair(user, family)


def pair(user: User, family: TokenFamily) -> Pair:
    """Both tokens for the family's present state."""
    access_life, _whole = lifetimes(user)
    access = AccessToken()
    access.set_exp(lifetime=access_life)
    refresh = RefreshToken()
    refresh.set_exp(from_time=clock.now(), lifetime=family.expires_at - clock.now())
    for token in (access, refresh):
        token["sub"], token["fam"] = str(user.pk), str(family.pk)
    refresh["jti"] = family.current.hex
    return Pair(str(access), str(refresh), int(access_life.total_seconds()), user, str(family.pk))


def read_refresh(token: str) -> tuple[uuid.UUID, str]:
    """The family and the rotation id of a refresh token; raises Unauthenticated for anything else."""
    try:
        claims = RefreshToken(token).payload  # type: ignore[arg-type]
        return uuid.UUID(str(claims["fam"])), uuid.UUID(str(claims["jti"])).hex
    except (TokenError, KeyError, ValueError, TypeError):
        raise Unauthenticated from None
