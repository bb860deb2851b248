"""Methods: what an address does not take is 405 in the one shape and names what it takes; nothing stands in for one."""

from __future__ import annotations

import pytest

from tests.api import Api
from tests.client import Client
from tests.contract import document
from tests.hostile.door import METHODS, ROWS_OF_FIGURES, address, reader, refused
from tests.schemathesis.scene import Scene
from tests.soak import some
from tickets.models import Ticket

OTHERS = ("TRACE", "CONNECT", "PROPFIND", "OPTIONS", "FOO", "G\xc9T", "X" * 1000)


@pytest.mark.parametrize("path", sorted(document()["paths"]))
def test_a_method_an_address_does_not_take_is_refused(scene: Scene, path: str) -> None:
    known = {method for method in METHODS if method in document()["paths"][path]}
    headers = {"Authorization": f"Bearer {scene.tokens[reader(path)]}"}
    for method in [*(method.upper() for method in METHODS if method not in known), *some(OTHERS, 2, path)]:
        response = Client().generic(method, address(path, scene), b"{}", "application/json", headers=headers)
        assert refused(response, 405)["code"] == "method_not_allowed", method
        allowed = {name.strip().lower() for name in response.headers["Allow"].split(",")}
        assert allowed - {"head"} == known, method


def test_head_answers_as_get_without_a_body(scene: Scene) -> None:
    for path, methods in document()["paths"].items():
        if "get" not in methods or path.startswith("/files/") or path.endswith("/file") or path == ROWS_OF_FIGURES:
            continue
        response = Api(getattr(scene.cast, reader(path))).request("HEAD", address(path, scene))
        assert response.status_code == 200, path
        assert (b"".join(response) if response.streaming else response.content) == b"", path


def test_no_header_and_no_parameter_stands_in_for_a_method(scene: Scene) -> None:
    client, ticket = Api(scene.cast.administrator), scene.tickets[0]
    for name in ("X_Http_Method_Override", "X_Http_Method", "X_Method_Override"):
        for method in ("DELETE", "PATCH", "PUT"):
            refused(client.post(f"/tickets/{ticket}", {"subject": "changed"}, **{name: method}), 405)
            refused(client.post(f"/tickets/categories/{scene.categories[0]}", {}, **{name: method}), 405)
    refused(client.post(f"/tickets/{ticket}?_method=PATCH", {"subject": "changed"}), 405)
    assert client.get(f"/tickets/{ticket}", X_Http_Method_Override="DELETE").status_code == 200
    assert Ticket.objects.get(pk=ticket).subject == "Cracked screen"


@pytest.mark.parametrize(
    "path",
    ["/%00", "/tickets%00", "/tickets/", "/x//tickets", "/tickets//1", "/TICKETS", "/tickets/admin/search/",
     "/tickets/%2e%2e/audit",
     "/..%2f..%2fetc%2fpasswd", "/%ED%A0%80", "/%FF", "/" + "a" * 100_000, "/" + "a/" * 10_000, "/tickets;x=1",
     "/auth/me/x",
     "/__debug__/", "/.env", "/.git/config", "/static/../manage.py", "/static/%2e%2e/manage.py", "/files/x",
     "/files//a"],
)  # fmt: skip
def test_an_address_nobody_has_is_absent(scene: Scene, path: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        refused(Api(scene.cast.administrator).request(method, path, b"{}"), 404)
