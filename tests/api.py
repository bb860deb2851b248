"""A person's way into the API: real requests through Django's client, every answer held to the OpenAPI document."""

from __future__ import annotations

from typing import Any

import orjson

from accounts.models import User
from accounts.tokens import open_family
from tests.client import Client
from tests.contract import check_response


class Api:
    """`Api(user).post("/tickets", {...})`; answers are Django responses with `.json()`."""

    def __init__(self, user: User | None = None, *, token: str = "", language: str = "en") -> None:
        self.user = user
        self.token = token or (open_family(user).access if user else "")
        self.language = language
        self.client = Client(raise_request_exception=False)

    def request(
        self, method: str, path: str, body: Any = None, content_type: str = "application/json", **headers: str
    ) -> Any:
        sent = {"Accept-Language": self.language, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        data = body if isinstance(body, bytes) else b"" if body is None else orjson.dumps(body)
        response = self.client.generic(method, path, data, content_type=content_type, headers=sent)
        check_response(method, response)
        return response

    def get(self, path: str, **headers: str) -> Any:
        return self.request("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.request("POST", path, {} if body is None else body, **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.request("PUT", path, {} if body is None else body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self.request("PATCH", path, body, **headers)

    def delete(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.request("DELETE", path, body, **headers)


def data(response: Any, status: int = 200) -> Any:
    """The `data` of a success with this status."""
    assert response.status_code == status, (response.status_code, response.content.decode()[:2000])
    content = response.json()
    assert content["success"] is True
    return content["data"]


def refusal(response: Any, status: int, code: str) -> Any:
    """The `error` of a refusal with this status and code."""
    assert response.status_code == status, (response.status_code, response.content.decode()[:2000])
    content = response.json()
    assert content["success"] is False
    assert content["error"]["code"] == code
    assert content["error"]["message"]
    assert content["error"]["requestId"] == response.headers["X-Request-Id"]
    return content["error"]
