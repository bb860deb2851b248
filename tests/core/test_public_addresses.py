"""Public addresses refuse in the one shape, and what the request log says of callers."""

from __future__ import annotations

import pytest

from tests.api import Api
from tests.cast import Cast
from tests.client import Client


@pytest.mark.parametrize("path", ["schema", "docs", "asyncapi.json", "health/live", "health/ready", "metrics"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_public_page_takes_no_writing_method_and_says_so_in_the_one_shape(path: str, method: str, db: None) -> None:
    answer = Client(enforce_csrf_checks=True).generic(method, f"/{path}", b"x=1")
    assert answer.status_code == 405
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.json()["error"]["code"] == "method_not_allowed"
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize("path", ["/admin/password_change/", "/admin/login/", "/admin/password/forgot"])
def test_pages_that_take_a_password_are_kept_nowhere(path: str, cast: Cast) -> None:
    client = Client()
    if path == "/admin/password_change/":
        client.force_login(cast.agent)
    answer = client.get(path)
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_foreign_host_is_one_line_in_the_log(caplog: pytest.LogCaptureFixture, db: None) -> None:
    assert Client().get("/tickets", headers={"Host": "evil.example"}).status_code == 400
    said = [record for record in caplog.records if record.name.startswith("django.security")]
    assert [(record.levelname, record.exc_info) for record in said] == [("WARNING", None)]


def test_the_request_log_names_who_called_by_token(caplog: pytest.LogCaptureFixture, cast: Cast) -> None:
    caplog.set_level("INFO", "request")
    for client in (Api(cast.customer), Api()):
        client.get("/tickets")
    said = [record.msg["user_id"] for record in caplog.records if record.name == "request"]  # type: ignore[index]
    assert said == [cast.customer.pk, None]
