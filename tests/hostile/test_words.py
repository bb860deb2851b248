"""The words of refusals at the doors of sign-in, passwords and files: the caller's language, and nothing of Python."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.api import Api
from tests.contract import document
from tests.hostile.door import refused, takers
from tests.hostile.test_bodies import fields_of
from tests.schemathesis.scene import Scene
from tests.soak import some

ONE_FILE = {"base64": "aGVsbG8=", "filename": "a.txt"}
# A body of each door that is refused, if at all, for what it names and not for its form.
BODIES: dict[str, dict[str, Any]] = {
    "/auth/login": {"email": "nobody@example.com", "password": "wrong-password"},
    "/auth/refresh": {"refreshToken": "nonsense"},
    "/auth/logout": {"refreshToken": "nonsense"},
    "/auth/password/forgot": {"email": "nobody@example.com"},
    "/auth/password/reset": {"token": "nonsense", "newPassword": "a long enough one 8"},
    "/auth/password/change": {"oldPassword": "wrong", "newPassword": "a long enough one 8"},
    "/auth/register": {"name": "Nora", "email": "new@example.com", "password": "a long enough one 8"},
    "/auth/guest": {"name": "Nora"},
    "/auth/customer-token": {"secret": "nonsense", "email": "new@example.com", "name": "Nora"},
    "/auth/me": {"name": "Nora"},
    "/notifications/settings": {},
    "/notifications/devices": {},
    "/tickets/upload": {"files": [ONE_FILE]},
    "/chat/upload": {"files": [ONE_FILE]},
}
WRONG: list[Any] = [
    None, True, 5, -1.5, 10**30, "", " ", "\x00", "x" * 300_000, "شيء", "a@", [], {}, {"a": 1}, ["x"], [None], [[[1]]],
    [{}], [{"base64": 5, "filename": {}}], [{**ONE_FILE, "base64": "a"}], [{**ONE_FILE, "size": 5}],
    [{**ONE_FILE, "filename": ""}], [{**ONE_FILE, "filename": "x" * 5000}], [{"base64": "", "filename": "a.txt"}],
]  # fmt: skip
WHOLE = [b"", b"[]", b"null", b"5", b'"text"', b'{"": 1}', b'{"a": 1', b'{"a": {"b": [1]}}', b"\xff", b"[" * 900]
PYTHON = re.compile(r"\b(dict|str|int|float|tuple|bool|NoneType|None|True|False|KeyError)\b|at 0x|[{}\[\]]|\\x")


def said(error: dict[str, Any]) -> list[str]:
    """Return every sentence of a refusal; fails on a field without a name."""
    fields = error.get("fields", {})
    assert all(name.strip() for name in fields), error
    assert all(isinstance(texts, list) and texts for texts in fields.values()), error
    return [error["message"], *(text for texts in fields.values() for text in texts)]


def check(sent: Any, error: dict[str, Any], language: str) -> None:
    """Fail when a sentence shows Python's words, is empty, or is in another language."""
    for text in said(error):
        assert text.strip(), (sent, error)
        assert not PYTHON.search(text), (sent, text)
        latin, arabic = re.findall(r"[A-Za-z]{2,}", text), re.findall(r"[\u0621-\u064a]{2,}", text)
        assert (len(arabic) > len(latin)) if language == "ar" else not arabic, (sent, text)


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("path", BODIES)
def test_a_refusal_names_fields_and_speaks_the_callers_language(scene: Scene, path: str, language: str) -> None:
    [method] = {method for method, taken in takers() if taken == path}
    client = Api(scene.cast.customer, language=language)
    for field in sorted(fields_of(document(), document()["paths"][path][method.lower()])):
        for value in some(WRONG, 8, f"{path} {field} {language}"):
            response = client.request(method, path, json.dumps({**BODIES[path], field: value}).encode())
            if response.status_code >= 300:
                check((field, str(value)[:60]), refused(response), language)
    for body in WHOLE:
        response = client.request(method, path, body)
        if body or response.status_code >= 300:  # a change of nothing is taken
            check(body[:20], refused(response), language)
