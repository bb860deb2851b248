"""Bearer tokens: the JWT names user and family, everything else is read from the database in one query."""

import datetime
import uuid
from collections.abc import Hashable
from functools import cache
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import SERVICE_ROLES, TokenFamily, User
from core.errors import Unauthenticated


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <access token>`; no header is an anonymous caller, a bad one is 401."""

    def authenticate(self, request: Request) -> tuple[User, str] | None:
        parts = get_authorization_header(request).split()
        if not parts:
            return None
        if len(parts) != 2 or parts[0].lower() != b"bearer":
            raise Unauthenticated
        return user_of(parts[1].decode("latin-1"))

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="support"'


def user_of(token: str) -> tuple[User, str]:
    """The user of an access token with his rights, and the family it belongs to; raises Unauthenticated."""
    try:
        claims: dict[str, Any] = AccessToken(token).payload  # type: ignore[arg-type]
        user_id, family = int(claims["sub"]), uuid.UUID(str(claims["fam"]))
    except (TokenError, KeyError, ValueError, TypeError):
        raise Unauthenticated from None
    user = next(iter(_signed_in(user_id, family)), None)
    if user is None:
        raise Unauthenticated
    return user, str(family)


_ID, _FAMILY, _NOW = -1, uuid.UUID(int=1), datetime.datetime(9999, 1, 1, tzinfo=datetime.UTC)


@cache
def _statement() -> tuple[str, tuple[Any, ...]]:
    """The query of every request, written once: Django takes longer to write it than PostgreSQL to answer it."""
    alive = TokenFamily.objects.filter(pk=_FAMILY, user=OuterRef("pk"), ended_at=None, expires_at__gt=_NOW)
    users = User.objects.with_rights().filter(Exists(alive), pk=_ID, is_active=True).exclude(role__in=SERVICE_ROLES)
    sql, params = users.query.sql_with_params()
    if not {_ID, _FAMILY, _NOW} <= {value for value in params if isinstance(value, Hashable)}:
        raise RuntimeError("The query of sign-ins does not take its values as they are.")
    return sql, params


def _signed_in(user_id: int, family: uuid.UUID) -> Any:
    """The user, if he may act and the family is open."""
    sql, params = _statement()
    given = {_ID: user_id, _FAMILY: family, _NOW: timezone.now()}
    return User.objects.raw(sql, [given.get(value, value) for value in params])


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How OpenAPI names it."""

    target_class = "accounts.authentication.TokenAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
