"""Every answer of every test is held to the generated OpenAPI document."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import jsonschema
from drf_spectacular.generators import SchemaGenerator


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document, generated once."""
    return SchemaGenerator().get_schema(request=None, public=True)


@cache
def _paths() -> list[tuple[re.Pattern[str], str]]:
    found = [(re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)) + "$"), path) for path in document()["paths"]]
    return sorted(found, key=lambda pair: pair[1].count("{"))


def operation_of(method: str, path: str) -> dict[str, Any] | None:
    """What the document says of a method at an address; None where it knows neither."""
    for pattern, name in _paths():
        if pattern.match(path):
            return document()["paths"][name].get(method.lower())  # type: ignore[no-any-return]
    return None


@cache
def _validator(path: str, method: str, status: str) -> jsonschema.Draft202012Validator:
    schema = document()["paths"][path][method]["responses"][status]["content"]["application/json"]["schema"]
    return jsonschema.Draft202012Validator({**schema, "components": document()["components"]})


def check_response(method: str, response: Any) -> None:
    """AssertionError for a status or a body that the document does not know; pages and files are left out.

    The first address that matches is the one that answers: without the method, it must have refused.
    """
    path, status = response.request["PATH_INFO"], str(response.status_code)
    name = next((name for pattern, name in _paths() if pattern.match(path)), None)
    if name is None or method.lower() in {"head", "options"}:
        return
    operation = document()["paths"][name].get(method.lower())
    if operation is None:
        assert status[0] == "4", f"{method} {path} answered {status}, and is not documented"
        return
    known = operation["responses"]
    assert status in known, (
        f"{method} {path} answered {status}, documented are {sorted(known)}: {response.content[:500]!r}"
    )
    if "application/json" in known[status].get("content", {}) and "json" in response.headers.get("Content-Type", ""):
        error = jsonschema.exceptions.best_match(_validator(name, method.lower(), status).iter_errors(response.json()))
        assert error is None, f"{method} {path} {status}: {error.message} at {list(error.absolute_path)}"
