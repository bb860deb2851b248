"""Every answer of every test is held to the generated OpenAPI document."""

from __future__ import annotations

import hashlib
import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

from tests.schema import Schema

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "var" / "test" / "openapi"


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI document; generated when the code has changed since the last run, which takes a second."""
    kept = KEPT / f"{_digest_of_code()}.json"
    if not kept.exists():
        from drf_spectacular.generators import SchemaGenerator

        KEPT.mkdir(parents=True, exist_ok=True)
        for old in KEPT.glob("*.json"):
            old.unlink(missing_ok=True)
        making = kept.with_suffix(f".{os.getpid()}")
        making.write_text(json.dumps(SchemaGenerator().get_schema(request=None, public=True), default=str))
        making.rename(kept)
    return json.loads(kept.read_bytes())  # type: ignore[no-any-return]


def _digest_of_code() -> str:
    """Return a digest of everything that the document could depend on."""
    digest = hashlib.sha256()
    apps = {entry.parent for entry in ROOT.glob("*/__init__.py")} - {ROOT / "tests", ROOT / "benchmarks"}
    for file in sorted([ROOT / "requirements.txt", *(file for app in apps for file in app.rglob("*.py"))]):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


@cache
def _paths() -> list[tuple[re.Pattern[str], str]]:
    found = [(re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)) + "$"), path) for path in document()["paths"]]
    return sorted(found, key=lambda pair: pair[1].count("{"))


def operation_of(method: str, path: str) -> dict[str, Any] | None:
    """Return what the document says of a method at an address; None where it knows neither."""
    for pattern, name in _paths():
        if pattern.match(path):
            return document()["paths"][name].get(method.lower())  # type: ignore[no-any-return]
    return None


@cache
def _schema(path: str, method: str, status: str) -> Schema:
    schema = document()["paths"][path][method]["responses"][status]["content"]["application/json"]["schema"]
    return Schema({**schema, "components": document()["components"]})


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
        problem = _schema(name, method.lower(), status).problem(response.json())
        assert problem == "", f"{method} {path} {status}: {problem}"
