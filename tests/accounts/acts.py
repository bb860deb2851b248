"""Define what people do with their accounts in these tests, through HTTP."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from tests.api import Api, data
from tests.cast import PASSWORD

NEW_PASSWORD = "another-good-one-1"
# Addresses that read as another one: turned, or with characters that nobody sees.
UNSEEN = ("a@b.test\u202e", "a@b\u202e.test", "a@b\u200b.test", "a@b\u00ad.test", "a@b\u3164.test", "a@b\ufe0f.test")
PAIR = {"accessToken", "refreshToken", "expiresIn", "user"}


def tried(email: str, password: str = PASSWORD, **headers: str) -> Any:
    """The answer to a sign-in."""
    return Api().post("/auth/login", {"email": email, "password": password}, **headers)


def signed_in(user: User, password: str = PASSWORD) -> dict[str, Any]:
    """A fresh pair of tokens."""
    return data(tried(str(user.email), password))


def alive(token: str) -> bool:
    """Return whether an access token still opens a door."""
    status = Api(token=token).get("/auth/me").status_code
    assert status in {200, 401}
    return bool(status == 200)


def refreshed(token: str) -> Any:
    return Api().post("/auth/refresh", {"refreshToken": token})


def registered(**more: Any) -> Any:
    body = {"email": "new@example.test", "password": NEW_PASSWORD, "name": "New", **more}
    return Api().post("/auth/register", body)
