"""Bodies that are deep, long or say what they are not: refused before the work, in a moment and in little memory."""

from __future__ import annotations

import inspect
import resource
import time

import orjson
import pytest
from rest_framework import serializers

from core import strict_json
from core.api.serializers import FormIn, ListIn
from tests.api import Api
from tests.hostile.door import address, refused, takers
from tests.schemathesis.scene import Scene
from tests.soak import some

MILLION = b"[" + b"1," * 1_000_000 + b"1]"


def nested(depth: int, inner: str = "1") -> bytes:
    return ("[" * depth + inner + "]" * depth).encode()


@pytest.mark.parametrize(("depth", "taken"), [(1, True), (32, True), (33, False), (900, False), (100_000, False)])
@pytest.mark.parametrize("kind", [bytes.decode, bytes])
def test_json_is_read_to_32_levels(depth: int, taken: bool, kind) -> None:
    content = kind(nested(depth))
    if taken:
        assert strict_json.loads(content) == orjson.loads(content)
    else:
        with pytest.raises(ValueError):
            strict_json.loads(content)


def test_brackets_in_text_and_side_by_side_are_no_depth() -> None:
    value = {"text": "[{" * 1000, "rows": [[1], {"a": [2]}] * 100}
    assert strict_json.loads(orjson.dumps(value)) == value


@pytest.mark.parametrize("depth", [40, 500, 1000])
def test_a_deep_body_is_refused_at_every_address(scene: Scene, depth: int) -> None:
    client = Api(scene.cast.administrator)
    for method, path in some(takers(), 10, str(depth)):
        for body in (nested(depth), b'{"subject": %b}' % nested(depth)):
            response = client.request(method, address(path, scene), body)
            assert response.status_code < 500, (method, path)
            refused(response)


LISTS = [
    ("customer", "/tickets", "attachments"),
    ("administrator", "/tickets/admin/search", "tags"),
    ("administrator", "/tickets/admin/search", "status"),
    ("administrator", "/tickets/admin/search", "priority"),
    ("administrator", "/tickets/1/merge", "sourceIds"),
    ("administrator", "/chat/bot/rules", "triggerPatterns"),
    ("administrator", "/chat/bot/rules", "quickReplies"),
    ("customer", "/tickets/upload", "files"),
]


@pytest.mark.parametrize(("actor", "path", "name"), LISTS)
def test_a_million_elements_are_refused_in_a_moment(scene: Scene, actor: str, path: str, name: str) -> None:
    client = Api(getattr(scene.cast, actor))
    path = path.replace("/1/", f"/{scene.tickets[0]}/")
    body, before = b'{"%b": %b}' % (name.encode(), MILLION), _peak_megabytes()
    began = time.process_time()
    error = refused(client.post(path, body), 400, 413)
    assert time.process_time() - began < 1
    assert _peak_megabytes() - before < 100
    if error["code"] == "invalid":
        assert list(error["fields"]).count(name) == 1
        assert len(error["fields"]) <= 20


def _peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def test_an_answer_names_at_most_twenty_faults(scene: Scene) -> None:
    body = {f"unknown{number}": 1 for number in range(500)}
    assert len(refused(Api(scene.cast.customer).post("/tickets", body), 400)["fields"]) == 20
    error = refused(Api(scene.cast.customer).get("/tickets?" + "&".join(f"x{number}=1" for number in range(500))), 400)
    assert len(error["fields"]) == 20


def test_every_list_that_is_taken_has_a_length() -> None:
    """FormsIn and ListIn ask for one; nothing else may hold several."""
    for form in _forms(FormIn):
        for name, field in form().fields.items():
            if isinstance(field, serializers.ListField | serializers.ListSerializer):
                assert field.max_length, (form, name)
                assert isinstance(field, ListIn | serializers.ListSerializer), (form, name)
            assert not isinstance(field, serializers.DictField | serializers.JSONField), (form, name)


def _forms(kind: type) -> list[type]:
    return [each for sub in kind.__subclasses__() for each in (sub, *_forms(sub)) if not inspect.isabstract(each)]


@pytest.mark.parametrize(
    ("content_type", "headers"),
    [
        ("application/json", {"Content-Encoding": "gzip"}),
        ("application/json", {"Content-Encoding": "nonsense"}),
        ("application/json; charset=utf-16", {}),
        ("application/json; charset=nonsense", {}),
        ("text/plain", {}),
    ],
)
def test_a_body_that_is_in_another_form_is_415(scene: Scene, content_type: str, headers: dict[str, str]) -> None:
    body = b'{"subject": "a", "description": "b"}'
    for path in ("/tickets", "/tickets/upload", "/auth/login"):
        client = Api(scene.cast.customer)
        refused(client.request("POST", path, body, content_type=content_type, **headers), 415)


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=UTF-8"])
def test_a_body_that_says_what_it_is_is_taken(scene: Scene, content_type: str) -> None:
    body = b'{"subject": "a", "description": "b"}'
    response = Api(scene.cast.customer).request("POST", "/tickets", body, content_type=content_type)
    assert response.status_code == 201
