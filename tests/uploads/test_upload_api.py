"""Sending files: shapes, base64, multipart, sizes, repeats, and what is written of it."""

from __future__ import annotations

import os
from base64 import b64encode
from typing import Any

import orjson
import pytest

from audit.models import Entry as AuditEntry
from tests.api import Api, data, refusal
from tests.client import Client
from tests.uploads import zoo
from tests.uploads.door import as_json, content_of, fetch, send_form
from uploads.models import Attachment, UnnamedKey

pytestmark = pytest.mark.django_db
MEGABYTE = 1 << 20
PNG = zoo.picture("PNG")


def text_of(size: int) -> bytes:
    return (b"0123456789abcde\n" * (size // 16 + 1))[:size]


@pytest.mark.parametrize("path", ["/tickets/upload", "/chat/upload"])
@pytest.mark.parametrize("who", ["customer", "guest", "agent", "manager"])
def test_anybody_signed_in_may_upload_at_both_addresses(who: str, path: str, cast: Any, send: Any) -> None:
    answer = data(send(getattr(cast, who), ("a.png", PNG), ("b.txt", b"hello"), path=path), 201)
    assert answer["urls"] == [attachment["url"] for attachment in answer["attachments"]]
    assert [attachment["filename"] for attachment in answer["attachments"]] == ["a.png", "b.txt"]
    rows = {str(row.pk): row for row in Attachment.objects.all()}
    assert rows
    assert {row.uploader for row in rows.values()} == {getattr(cast, who)}
    assert not UnnamedKey.objects.exists()


def test_nobody_without_a_token_uploads(api: Any) -> None:
    refusal(api().post("/tickets/upload", as_json([("a.txt", b"hello")])), 401, "unauthenticated")


def test_the_contracts_body_with_a_data_prefix_is_taken(cast: Any, api: Any) -> None:
    encoded = b64encode(zoo.picture("JPEG")).decode()
    body = {"files": [{"base64": f"data:image/jpeg;base64,{encoded}", "filename": "image.jpg"}]}
    [attachment] = data(api(cast.customer).post("/tickets/upload", body), 201)["attachments"]
    assert attachment["contentType"] == "image/jpeg"


LONG = text_of(200_000)
SPELLINGS = {
    "plain": lambda text: text,
    "with lower-case prefix": lambda text: f"data:text/plain;base64,{text}",
    "with parameters in the prefix": lambda text: f"data:text/plain;charset=utf-8;base64,{text}",
    "without a type in the prefix": lambda text: f"data:;base64,{text}",
    "in lines": lambda text: "\n".join(text[start : start + 76] for start in range(0, len(text), 76)),
    "in lines of Windows": lambda text: "\r\n".join(text[start : start + 76] for start in range(0, len(text), 76)),
}


@pytest.mark.parametrize("content", [b"hello", b"hello!", LONG], ids=["short", "padded", "long"])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_base64_is_taken_however_clients_write_it(spelling: str, content: bytes, cast: Any, api: Any) -> None:
    text = SPELLINGS[spelling](b64encode(content).decode())
    answer = data(api(cast.customer).post("/tickets/upload", {"files": [{"base64": text, "filename": "a.txt"}]}), 201)
    assert content_of(fetch(answer["urls"][0])) == content


def test_slashes_and_signs_written_as_json_escapes_are_taken(cast: Any, api: Any) -> None:
    content = ("ÿþ" * 100_000).encode()
    text = b64encode(content).decode()
    assert "/" in text
    for escaped in (text.replace("/", "\\/"), text.replace("/", "\\u002f").replace("+", "\\u002B")):
        body = f'{{"files": [{{"base64": "{escaped}", "filename": "a.txt"}}]}}'.encode()
        answer = data(api(cast.customer).post("/tickets/upload", body), 201)
        assert content_of(fetch(answer["urls"][0])) == content


NOT_BASE64 = {
    "truncated": b64encode(text_of(100)).decode()[:-3],
    "truncated and long": b64encode(LONG).decode()[:-1],
    "foreign characters": "aGVsbG8*",
    "foreign characters and long": "*" + b64encode(LONG).decode()[1:],
    "Arabic": "مرحبا",
    "padding inside": "aGVs=bG8",
    "something behind the padding": "aGVsbG8hIQ==aGVs",
    "prefix without base64": "data:text/plain,hello",
    "prefix that never ends": "data:" + "x" * 400,
    "url alphabet": "_-_-",
    "too much padding": "aGVsbG8===",
    "only padding": "====",
}


@pytest.mark.parametrize("case", NOT_BASE64)
def test_what_is_not_whole_base64_is_refused(case: str, cast: Any, api: Any, stored: Any) -> None:
    body = {"files": [{"base64": "aGVsbG8=", "filename": "a.txt"}, {"base64": NOT_BASE64[case], "filename": "b.txt"}]}
    error = refusal(api(cast.customer).post("/tickets/upload", body), 400, "invalid")
    assert list(error["fields"]) == ["files[1]"]
    assert "b.txt" in error["message"]
    assert stored() == []


WRONG_SHAPES: dict[str, tuple[Any, set[str]]] = {
    "no files": ({}, {"files"}),
    "an empty list": ({"files": []}, {"files"}),
    "null": ({"files": None}, {"files"}),
    "a string": ({"files": "aGVsbG8="}, {"files"}),
    "an object": ({"files": {"base64": "aGVsbG8="}}, {"files"}),
    "a list of strings": ({"files": ["aGVsbG8="]}, {"files[0]"}),
    "no base64": ({"files": [{"filename": "a.txt"}]}, {"files[0].base64"}),
    "base64 as a number": ({"files": [{"base64": 12, "filename": "a.txt"}]}, {"files[0].base64"}),
    "base64 as null": ({"files": [{"base64": None}]}, {"files[0].base64"}),
    "a name as a list": ({"files": [{"base64": "aGVsbG8=", "filename": ["a.txt"]}]}, {"files[0].filename"}),
    "a name of 2,000 characters": ({"files": [{"base64": "aGVsbG8=", "filename": "a" * 2000}]}, {"files[0].filename"}),
    "an unknown field": ({"files": [{"base64": "aGVsbG8=", "type": "x"}]}, {"files[0].type"}),
    "an unknown field outside": ({"files": [{"base64": "aGVsbG8="}], "folder": "x"}, {"folder"}),
    "a list outside": ([{"base64": "aGVsbG8="}], {""}),
    "a string outside": ("x", {""}),
}


@pytest.mark.parametrize("case", WRONG_SHAPES)
def test_a_wrong_shape_is_named(case: str, cast: Any, api: Any) -> None:
    body, fields = WRONG_SHAPES[case]
    error = refusal(api(cast.customer).post("/tickets/upload", orjson.dumps(body)), 400, "invalid")
    assert fields <= {*error.get("fields", {}), ""}


BROKEN_JSON = {
    "rubbish": b"rubbish",
    "cut off in a name": b'{"files": [{"base64": "aGVsbG8=", "filen',
    "cut off in a long text": b'{"files": [{"base64": "' + b"A" * 300_000,
    "deep": b'{"files":' * 5000,
    "a number of a million digits": b'{"files": ' + b"1" * 1_000_000 + b"}",
    "quotes without end": b'"' * 300_000,
    "backslashes": b'{"a": "' + b"\\" * 500_000 + b'"}',
    "not UTF-8": b'{"files": "\xff\xfe"}',
    "a long text that is not UTF-8": b'{"files": [{"base64": "' + b"\xff" * 300_000 + b'"}]}',
    "a long text with a bad escape": b'{"files": [{"base64": "\\x' + b"A" * 300_000 + b'"}]}',
    "a long name": b'{"files": [{"base64": "aGVsbG8=", "filename": "' + b"a" * 300_000 + b'"}]}',
    "a long name of a field": b'{"' + b"a" * 300_000 + b'": 1}',
    "nothing": b"",
}


@pytest.mark.parametrize("case", BROKEN_JSON)
def test_broken_json_is_refused(case: str, cast: Any, api: Any) -> None:
    response = api(cast.customer).post("/tickets/upload", BROKEN_JSON[case])
    assert response.status_code in {400, 413}, response.content
    assert response.json()["error"]["code"] in {"invalid", "too_large"}
    assert not Attachment.objects.exists()


def test_a_file_of_ten_megabytes_is_taken_and_one_byte_more_is_not(cast: Any, send: Any, stored: Any) -> None:
    [attachment] = data(send(cast.customer, ("a.txt", text_of(10 * MEGABYTE))), 201)["attachments"]
    assert attachment["size"] == 10 * MEGABYTE
    before = stored()
    error = refusal(send(cast.customer, ("a.txt", b"x"), ("b.txt", text_of(10 * MEGABYTE + 1))), 413, "too_large")
    assert "files[1]" in error["fields"]
    assert "10 MB" in error["message"]
    refusal(send(cast.customer, ("b.txt", text_of(11 * MEGABYTE))), 413, "too_large")
    refusal(send(cast.customer, ("b.txt", text_of(30 * MEGABYTE))), 413, "too_large")
    assert stored() == before


def test_ten_files_are_taken_and_eleven_are_not(cast: Any, send: Any, stored: Any) -> None:
    files = [(f"{number}.txt", b"hello") for number in range(11)]
    answer = data(send(cast.customer, *files[:10]), 201)
    assert [attachment["filename"] for attachment in answer["attachments"]] == [name for name, _content in files[:10]]
    error = refusal(send(cast.customer, *files), 400, "invalid")
    assert "10" in error["fields"]["files"][0]
    assert len(stored()) == 10


def test_a_thousand_files_are_refused(cast: Any, send: Any, api: Any) -> None:
    files = [(f"{number}.txt", b"hello") for number in range(1000)]
    refusal(send(cast.customer, *files), 400, "invalid")
    assert send_form(api(cast.customer), *files).status_code == 400
    assert not Attachment.objects.exists()


def test_a_body_above_the_cap_is_413_in_json(cast: Any, api: Any, settings: Any) -> None:
    settings.MAX_UPLOAD_BODY_BYTES = MEGABYTE
    content = text_of(MEGABYTE)
    refusal(api(cast.customer).post("/tickets/upload", as_json([("a.txt", content)])), 413, "too_large")
    refusal(send_form(api(cast.customer), ("a.txt", content)), 413, "too_large")


def test_another_kind_of_body_is_415(cast: Any, api: Any) -> None:
    sent = {"Authorization": f"Bearer {api(cast.customer).token}"}
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "application/octet-stream"):
        response = Client().generic("POST", "/tickets/upload", b"x", content_type=content_type, headers=sent)
        refusal(response, 415, "unsupported_type")


def test_multipart_takes_the_same_files(cast: Any, api: Any) -> None:
    answer = data(send_form(api(cast.customer), ("صورة.png", PNG), ("b.txt", text_of(4 * MEGABYTE))), 201)
    assert [attachment["filename"] for attachment in answer["attachments"]] == ["صورة.png", "b.txt"]
    assert content_of(fetch(answer["urls"][1])) == text_of(4 * MEGABYTE)


@pytest.mark.parametrize("field", ["files", "files[]", "file"])
def test_multipart_parts_go_by_the_usual_names(field: str, cast: Any, api: Any) -> None:
    data(send_form(api(cast.customer), ("a.txt", b"hello"), field=field), 201)


def test_multipart_refuses_what_json_refuses(cast: Any, api: Any, stored: Any) -> None:
    client = api(cast.customer)
    error = refusal(send_form(client, ("a.txt", b"x"), ("b.jpg", zoo.SCRIPT)), 415, "unsupported_type")
    assert "files[1]" in error["fields"]
    refusal(send_form(client, ("b.txt", text_of(11 * MEGABYTE))), 413, "too_large")
    refusal(send_form(client, *[(f"{number}.txt", b"x") for number in range(11)]), 400, "invalid")
    assert "picture" in refusal(send_form(client, ("a.txt", b"x"), field="picture"), 400, "invalid")["fields"]
    assert "x" in refusal(send_form(client, ("a.txt", b"x"), more={"x": "1"}), 400, "invalid")["fields"]
    assert "files" in refusal(send_form(client, more={"files": "text"}), 400, "invalid")["fields"]
    refusal(send_form(client), 400, "invalid")
    assert stored() == []


def test_broken_multipart_is_refused(cast: Any, api: Any) -> None:
    sent = {"Authorization": f"Bearer {api(cast.customer).token}"}
    for content_type in ("multipart/form-data", "multipart/form-data; boundary=x", "multipart/form-data; boundary=é"):
        response = Client().generic(
            "POST", "/tickets/upload", b"--x\r\nrubbish", content_type=content_type, headers=sent
        )
        assert response.status_code == 400, content_type


def test_hostile_names_are_kept_harmless(cast: Any, send: Any, stored: Any) -> None:
    for name in (
        "../../etc/passwd",
        "C:\\Windows\\a.txt",
        "/a.txt",
        "..",
        ".htaccess",
        "a\x00.txt",
        "\u202etxt.exe.txt",
    ):
        [attachment] = data(send(cast.customer, (name, b"hello")), 201)["attachments"]
        kept = attachment["filename"]
        assert not set(kept) & set('/\\\x00\u202e<>:"|?*')
        assert not kept.startswith(".")
        assert kept.endswith(".txt")
    keys = {path.name for path in stored()}
    assert all(len(key) == 32 and set(key) <= set("0123456789abcdef") for key in keys)


def test_the_refusal_speaks_the_callers_language(cast: Any) -> None:
    body = as_json([("صورة.jpg", zoo.SCRIPT)])
    error = refusal(Api(cast.customer, language="en").post("/tickets/upload", body), 415, "unsupported_type")
    assert error["message"].startswith("\u2068صورة.jpg\u2069: Files of this kind are not accepted.")


def test_one_audit_entry_names_every_file_of_an_upload(cast: Any, send: Any) -> None:
    before = AuditEntry.objects.count()
    answer = data(send(cast.customer, ("a.png", PNG), ("b.txt", b"hello")), 201)
    entry = AuditEntry.objects.latest("id")
    assert AuditEntry.objects.count() == before + 1
    assert (entry.action, entry.actor_id, entry.entity_type) == ("FILES_UPLOADED", cast.customer.pk, "upload")
    told = entry.detail.new_values["files"]
    assert [one["id"] for one in told] == [one["id"] for one in answer["attachments"]]
    assert told[1] == {
        "id": answer["attachments"][1]["id"],
        "filename": "b.txt",
        "contentType": "text/plain",
        "size": 5,
    }


def test_the_same_upload_with_one_key_is_kept_once(cast: Any, api: Any, stored: Any, settings: Any) -> None:
    client = api(cast.customer)
    body = as_json([("a.txt", b"hello")])
    first = data(client.post("/tickets/upload", body, Idempotency_Key="k1"), 201)
    again = data(client.post("/tickets/upload", body, Idempotency_Key="k1"), 201)
    form = data(send_form(client, ("a.txt", b"hello"), Idempotency_Key="k1"), 201)
    ids = [[attachment["id"] for attachment in answer["attachments"]] for answer in (first, again, form)]
    assert ids == [ids[0]] * 3
    assert again["urls"] == [attachment["url"] for attachment in again["attachments"]]
    assert content_of(fetch(again["urls"][0])) == b"hello"
    assert Attachment.objects.count() == 1
    # What the repeats had stored is due at once.
    assert UnnamedKey.objects.count() == len(stored()) - 1 == 2


def test_another_upload_with_the_same_key_is_a_conflict(cast: Any, api: Any) -> None:
    client = api(cast.customer)
    data(client.post("/tickets/upload", as_json([("a.txt", b"hello")]), Idempotency_Key="k1"), 201)
    for other in (("a.txt", b"hullo"), ("b.txt", b"hello")):
        response = client.post("/tickets/upload", as_json([other]), Idempotency_Key="k1")
        refusal(response, 409, "idempotency_conflict")
    long = os.urandom(100_000).hex().encode()
    data(client.post("/tickets/upload", as_json([("a.txt", long)]), Idempotency_Key="k2"), 201)
    data(client.post("/tickets/upload", as_json([("a.txt", long)]), Idempotency_Key="k2"), 201)


def test_uploads_are_limited_in_number(cast: Any, send: Any, settings: Any) -> None:
    settings.RATES = {**settings.RATES, "upload": (2, 3600)}
    for _ in range(2):
        data(send(cast.stranger, ("a.txt", b"hello")), 201)
    response = send(cast.stranger, ("a.txt", b"hello"))
    refusal(response, 429, "rate_limited")
    assert int(response.headers["Retry-After"]) > 0
