"""Bearer tokens at the REST door."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request

from accounts.models import User
from accounts.token_users import user_of
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


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How OpenAPI names it."""

    target_class = "accounts.authentication.TokenAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
