"""Addresses of the document with real ids in them, and what a refusal must look like."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from tests.contract import document
from tests.schemathesis.scene import Scene

METHODS = ("get", "post", "put", "patch", "delete")


def address(path: str, scene: Scene) -> str:
    """This path of the document, naming things that exist."""
    for name, value in scene.addresses(path)[0].items():
        path = path.replace(f"{{{name}}}", quote(value))
    return path


ROWS_OF_FIGURES = "/support/reports/rows/{key}"
"""Its figure is asked for by parameters that go together; tests/reports has what it refuses."""


def lists() -> list[str]:
    """The paths that answer rows."""
    paths = document()["paths"].items()
    return [
        path for path, methods in paths if path != ROWS_OF_FIGURES and "get" in methods and _is_list(methods["get"])
    ]


def _is_list(operation: dict[str, Any]) -> bool:
    content = operation["responses"]["200"].get("content", {}).get("application/json")
    return bool(content) and content["schema"]["properties"]["data"].get("type") == "array"


def parameters(path: str) -> list[str]:
    """The query parameters of a list."""
    given = document()["paths"][path]["get"].get("parameters", [])
    return [parameter["name"] for parameter in given if parameter["in"] == "query"]


def reader(path: str) -> str:
    """Somebody who may read all of a path: an administrator, but one's own chat is a customer's."""
    return "customer" if path.startswith("/chat/my-session") else "administrator"


def takers() -> list[tuple[str, str]]:
    """Every method and path that takes JSON."""
    return [
        (method.upper(), path)
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    ]


def refused(response: Any, *statuses: int) -> dict[str, Any]:
    """The error of a refusal in the one shape, with one of these statuses (any 4xx without)."""
    shown = (response.status_code, response.content[:300])
    assert response.status_code in (statuses or range(400, 500)), shown
    assert response.headers["Content-Type"] == "application/json", shown
    content = response.json()
    assert content.keys() == {"success", "error"}, shown
    assert content["success"] is False, shown
    assert content["error"].keys() <= {"code", "message", "fields", "details", "requestId"}, shown
    return dict(content["error"])
