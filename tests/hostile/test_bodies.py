"""Bodies that are no JSON, or JSON of another shape: refused in the one form at every address that takes one."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest

from tests.api import Api
from tests.hostile.door import address, refused, takers
from tests.schemathesis.scene import Scene
from tests.soak import some

BODIES = {
    "not JSON": b"subject=a",
    "a form feed": b"\x0c",
    "cut off": b'{"subject": "a',
    "100,000 brackets": b"[" * 100_000,
    "100,000 nested lists": b"[" * 100_000 + b"]" * 100_000,
    "100,000 nested objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "900 nested lists": b"[" * 900 + b"]" * 900,
    "a list": b"[]",
    "a list of objects": b'[{"subject": "a"}]',
    "a text": b'"text"',
    "a number": b"1",
    "nothing": b"null",
    "true": b"true",
    "NaN": b'{"rating": NaN}',
    "a lone surrogate": b'{"subject": "\\ud800"}',
    "a raw control character": b'{"subject": "a\x00b"}',
    "bytes that are no UTF-8": b'{"subject": "\xff\xfe"}',
    "UTF-8 with a mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"subject": "a"}'.encode("utf-16"),
    "UTF-32": '{"subject": "a"}'.encode("utf-32"),
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
    "a field nobody declared": b'{"isSuperuser": true}',
    "a dunder": b'{"__class__": {"__init__": 1}}',
    "a lookup": b'{"customer__password": "x"}',
    "an empty name": b'{"": 1}',
    "a name of 1 MB": b'{"%b": 1}' % (b"x" * 1_000_000),
    "1 MB of text": b'{"unknown": "%b"}' % (b"x" * 1_000_000),
    "10,000 fields": orjson.dumps({f"f{index}": index for index in range(10_000)}),
    "3 MB": b'{"unknown": "%b"}' % (b"x" * 3_000_000),
    "trailing": b"{} {}",
    "a comment": b"{/* */}",
}
WRONG: list[Any] = [
    None,
    True,
    1.5,
    -1,
    0,
    10**30,
    "",
    " ",
    "\x00",
    "a\x00b",
    "‮",
    "x" * 1_000_000,
    [],
    [[]],
    {},
    {"a": 1},
]


@pytest.mark.parametrize("body", BODIES)
def test_a_body_of_another_shape_is_refused(scene: Scene, body: str) -> None:
    client = Api(scene.cast.administrator)
    for method, path in some(takers(), 10, body):
        response = client.request(method, address(path, scene), BODIES[body])
        # Some addresses are not an administrator's to use, and say so before they look.
        assert response.status_code < 500, (method, path)
        refused(response)


@pytest.mark.parametrize(("method", "path"), takers(), ids=lambda value: str(value))
def test_a_field_of_another_type_is_refused_by_name_or_taken(scene: Scene, method: str, path: str) -> None:
    """Each field in turn holds what it should not; whatever is answered is documented and no fault."""
    from tests.contract import document

    client, where = Api(scene.cast.administrator), address(path, scene)
    for name in fields_of(document(), document()["paths"][path][method.lower()]):
        for value in some(WRONG, 4, path + name):
            response = client.request(method, where, json.dumps({name: value}).encode())
            assert response.status_code < 500, (name, str(value)[:50])
            if response.status_code >= 400:
                refused(response)


def fields_of(document: dict[str, Any], operation: dict[str, Any]) -> set[str]:
    """The names of every field that an operation's body may hold."""
    waiting = [operation["requestBody"]["content"]["application/json"]["schema"]]
    found: set[str] = set()
    while waiting:
        schema = waiting.pop()
        if "$ref" in schema:
            waiting.append(document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]])
        waiting += [*schema.get("oneOf", []), *schema.get("anyOf", [])]
        found |= set(schema.get("properties", {}))
    return found


def test_of_a_field_given_twice_the_last_counts(scene: Scene) -> None:
    body = b'{"subject": "first", "subject": "last", "description": "Twice."}'
    response = Api(scene.cast.customer).post("/tickets", body)
    assert response.status_code == 201
    assert response.json()["data"]["subject"] == "last"


def test_a_text_of_one_megabyte_is_refused_by_name(scene: Scene) -> None:
    body = {"subject": "a", "description": "x" * 1_000_000}
    error = refused(Api(scene.cast.customer).post("/tickets", body), 400)
    assert error["fields"].keys() == {"description"}


def test_text_of_any_script_comes_back_as_it_was_sent(scene: Scene) -> None:
    for text in (
        "محمد‏ ٣",
        "👩‍👩‍👧",
        "<script>alert(1)</script>",
        "' OR 1=1 --",
        "%s %(a)s {0} ${x}",
        "\u202eabc",
        "a\u0301",
    ):
        response = Api(scene.cast.customer).post("/tickets", {"subject": text, "description": text})
        assert response.json()["data"]["subject"] == text
        assert response.json()["data"]["description"] == text
