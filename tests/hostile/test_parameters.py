"""Filters and sorts nobody declared, and values nobody can mean: a 400 that names them, never a fault."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote, unquote

import pytest

from tests.api import Api
from tests.hostile.door import address, lists, parameters, reader, refused
from tests.schemathesis.scene import Scene
from tests.soak import some

# Percent-encoded as they are sent.
NAMES = [
    *("customer__password", "customer__password__startswith", "_connector", "_negated", "pk__in", "id", "id__gt"),
    *("assignee__groups__name", "status__in", "status%5B%5D", "status[]", "status[0]", "filter[status]", "order_by"),
    *("ordering", "sort", "offset", "format", "fields", "include", "__class__", "created_at__date", "Status", "STATUS"),
    *("%27%20OR%201=1--", "%22", "%00", "status%00", "%ED%A0%80", "%D8%AD%D8%A7%D9%84%D8%A9", "%F0%9F%90%99"),
    "x" * 100_000,
]  # fmt: skip
BROKEN = ["%00", "a%00b", "x" * 100_000, "1%00"]
VALUES = [
    *("%27", "%22%3B--", "%27%20OR%20%271%27=%271", "1.5", "1e3", "-1", "0x10", "NaN", "Infinity", "TRUE", "None"),
    *("null", "undefined", "[]", "{}", "[1]", "%7B%22%24gt%22%3A1%7D", "%ED%A0%80", "%FF%FE", "%", "%zz", "%25", "_"),
    *("%D9%A1", "%EF%BC%91", "%C2%B2", "%E2%85%A7", "9" * 19, "9" * 30, "9" * 1900, "1_0", "2026-02-30"),
    *("0000-00-00", "99999-01-01", "2026-1-1T00:00", "%D9%A2%D9%A0%D9%A2%D9%A6-01-01", "W10", "eyJhIjoxfQ"),
    "..%2f..%2f",
]  # fmt: skip
# Text anybody may look for: these values find nothing.
OPEN = {"query", "messageContent", "orderId", "productId", "tags", "entityId"}
# What is refused of an id although an empty list would look like an answer.
NO_IDS = ["abc", "%201", "1%20", "1,2", "-1", "0", "1.0", "%D9%A1", "9" * 19, "None", "null"]


STAFF_ONLY = {
    *("/tickets/{ref}/history", "/tickets/canned-responses", "/tickets/macros", "/audit"),
    *("/chat/bot/rules", "/chat/sessions", "/chat/sessions/{ref}/messages"),
}
# A row for each agent or category, with zeros where a filter finds no ticket.
REPORTS = {
    *("/support/reports/statistics/agents", "/support/reports/statistics/categories"),
    *("/support/reports/tickets/agent-performance", "/support/reports/tickets/by-category"),
}
READERS = [(path, who) for path in lists() for who in sorted({"customer", reader(path)})
           if who != "customer" or path not in STAFF_ONLY | REPORTS]  # fmt: skip


def _found(path: str, response: Any) -> list[Any]:
    rows: list[dict[str, Any]] = response.json()["data"]
    return [row for row in rows if path not in REPORTS or row.get("totalTickets") or row.get("assignedTickets")]


def test_the_lists_are_those_we_know() -> None:
    assert set(lists()) == {
        *("/tickets", "/tickets/{ref}/messages", "/tickets/{ref}/history", "/tickets/categories"),
        *("/tickets/canned-responses", "/tickets/macros", "/audit", "/chat/bot/rules", "/chat/my-session/messages"),
        *("/chat/sessions", "/chat/sessions/{ref}/messages", "/notifications"),
        *REPORTS,
    }


@pytest.mark.parametrize(("path", "actor"), READERS)
def test_a_parameter_nobody_declared_is_named(scene: Scene, path: str, actor: str) -> None:
    client = Api(getattr(scene.cast, actor))
    for name in some(NAMES, 8, path + actor):
        error = refused(client.get(f"{address(path, scene)}?{name}=1"), 400)
        shown = unquote(name.partition("=")[0], errors="replace")
        assert error["code"] == "invalid"
        assert error["fields"].keys() == {shown[:100]}, name[:200]


@pytest.mark.parametrize("path", lists())
def test_a_value_nobody_can_mean_is_named(scene: Scene, path: str) -> None:
    client = Api(getattr(scene.cast, reader(path)))
    for name in parameters(path):
        for value in BROKEN:
            error = refused(client.get(f"{address(path, scene)}?{name}={value}"), 400)
            assert error["fields"].keys() == {name}, (name, value[:100])
        error = refused(client.get(f"{address(path, scene)}?{name}=1&{name}=1"), 400)
        assert error["fields"].keys() == {name}


@pytest.mark.parametrize("path", lists())
def test_values_of_another_kind_are_named_or_find_nothing(scene: Scene, path: str) -> None:
    client = Api(getattr(scene.cast, reader(path)))
    for name in parameters(path):
        for value in some(VALUES, 6, path + name):
            response = client.get(f"{address(path, scene)}?{name}={value}")
            if name in OPEN and response.status_code == 200:
                # Words are folded (a superscript two is a two), so a query may find; a filter is taken to the letter.
                assert name in {"query", "messageContent"} or _found(path, response) == [], (name, value)
                continue
            error = refused(response, 400)
            assert error["code"] == "page_too_deep" or error["fields"].keys() == {name}, (name, value, error)


@pytest.mark.parametrize("path", lists())
def test_an_empty_value_is_named(scene: Scene, path: str) -> None:
    client = Api(getattr(scene.cast, reader(path)))
    for name in parameters(path):
        for value in ("", "%20", "%C2%A0%09"):
            error = refused(client.get(f"{address(path, scene)}?{name}={value}"), 400)
            assert error["fields"].keys() == {name}, (name, value)


@pytest.mark.parametrize("path", lists())
def test_what_is_no_id_is_named(scene: Scene, path: str) -> None:
    client = Api(getattr(scene.cast, reader(path)))
    for name in [name for name in parameters(path) if name.endswith("Id") and name not in OPEN]:
        for value in some(NO_IDS, 4, path + name):
            error = refused(client.get(f"{address(path, scene)}?{name}={value}"), 400)
            assert error["fields"].keys() == {name}, (name, value)
        assert _found(path, client.get(f"{address(path, scene)}?{name}=999999999")) == []


@pytest.mark.parametrize("name", ["customerId", "orderId", "fromDate", "toDate", "tags", "status", "categoryId"])
def test_what_a_search_refuses_its_list_refuses(scene: Scene, name: str) -> None:
    client = Api(scene.cast.agent)
    values = ["none", " 1", "x" * 65, "2026-1-1", " 2026-01-01", "20260101", "2026-W01-1", "٢٠٢٦-٠١-٠١", "2026-02-30"]
    values += [",".join("t" * 21), "x,", "t" * 41]
    for value in values:
        sent: Any = value.split(",") if name == "tags" else value
        searched = client.post("/tickets/admin/search", {name: sent})
        offered = value == "none" and name == "categoryId"
        if searched.status_code == 400 and not offered:
            listed = client.get(f"/tickets?{name}={quote(value)}")
            assert refused(listed, 400)["fields"].keys() == {name}, value


def test_a_parameter_beside_a_body_is_named(scene: Scene) -> None:
    client = Api(scene.cast.administrator)
    for method, path in [
        ("POST", "/tickets"), ("POST", "/tickets/admin/search"), ("PATCH", f"/tickets/{scene.tickets[0]}"),
        ("POST", "/auth/login"), ("POST", "/chat/sessions"), ("POST", "/tickets/upload"), ("PUT", "/chat/availability"),
        ("DELETE", f"/tickets/{scene.tickets[0]}/watchers/1"), ("POST", "/chat/bot/test"),
    ]:  # fmt: skip
        for name in ("page", "x", "categoryId"):
            error = refused(client.request(method, f"{path}?{name}=1", {}), 400)
            assert error["fields"].keys() == {name}, (method, path)


def test_a_message_id_as_long_as_an_id_may_be_is_only_absent(scene: Scene) -> None:
    client = Api(scene.cast.customer)
    for name in ("before", "after"):
        for value in (2**63 - 1, 2**63, 10**18):
            response = client.get(f"/tickets/{scene.tickets[0]}/messages?{name}={value}")
            assert response.status_code in (200, 400), (name, value)


@pytest.mark.parametrize(
    "ref",
    ["%00", "%27", "%ED%A0%80", "9" * 30, "9" * 5000, "-1", "1.5", "%D9%A1", "%EF%BC%91", "true", "null", "x" * 100_000,
     "TKT-2026-99999999999999999999", "..%5c", "%2e%2e", "1%0A", "%20"],
)  # fmt: skip
def test_a_malformed_id_answers_as_an_absent_one(scene: Scene, ref: str) -> None:
    client = Api(scene.cast.administrator)
    absent = refused(client.get("/tickets/99999999"), 404)
    for path in ("/tickets/{}", "/tickets/{}/messages", "/tickets/{}/history", "/tickets/categories/{}",
                 "/tickets/canned-responses/{}"):  # fmt: skip
        error = refused(client.get(path.format(ref)), 404)
        assert (error["code"], error["message"]) == (absent["code"], absent["message"])
    for method in ("put", "delete"):
        refused(client.request(method.upper(), f"/tickets/{scene.tickets[0]}/watchers/{ref}"), 404)
    refused(client.get(f"/files/{ref}/a.txt"), 404)


SEARCHED: list[Any] = [
    [], {}, [[]], [{}], {"$gt": ""}, {"$ne": None}, ["x", None], True, 1.5, -1, 10**18, 10**30, 1e308, "'", "\x00",
     "a\x00",
    "x" * 100_000, ["open"] * 1000, ["open", 1], "١٢", "1 OR 1=1", {"id__gt": 0}, [True], [1.5],
]  # fmt: skip


@pytest.mark.parametrize("name", [unquote(name, errors="replace") for name in NAMES], ids=range(len(NAMES)))
def test_a_search_by_what_nobody_declared_is_named(scene: Scene, name: str) -> None:
    error = refused(Api(scene.cast.agent).post("/tickets/admin/search", {name: "1"}), 400)
    assert error["fields"].keys() == {name[:100]}


def test_a_search_for_values_of_another_kind_is_named_or_finds_nothing(scene: Scene) -> None:
    client = Api(scene.cast.agent)
    fields = Schema().names()
    assert len(fields) > 20
    for name in fields:
        for value in SEARCHED:
            response = client.post("/tickets/admin/search", json.dumps({name: value}).encode())
            if response.status_code == 200:
                assert _is_meant(name, value), (name, str(value)[:100])
                continue
            error = refused(response, 400)
            named = {key.partition("[")[0].partition(".")[0] for key in error.get("fields", {})}
            assert error["code"] == "page_too_deep" or named == {name}, (name, str(value)[:100], error)


def _is_meant(name: str, value: Any) -> bool:
    """Return whether a search may take this value: text to look for, an id, a flag, an empty list of tags."""
    if name in {"query", "messageContent", "orderId", "productId", "cursor"}:
        return isinstance(value, str) and "\x00" not in value and len(value) <= 500
    if name in {"hasAttachments", "slaBreached", "rated"}:
        return value is True
    if name in {"tags", "status"}:
        return isinstance(value, list)
    if name.endswith("Id"):
        return value == 10**18
    return name == "priority" and value == []


class Schema:
    """Hold what the document says a search takes."""

    def names(self) -> list[str]:
        from tests.contract import document

        return list(document()["components"]["schemas"]["SearchIn"]["properties"])


CURSORS = [
    '["createdAt",true,null,1]', '["createdAt",true,1,1]', '["createdAt",true,"x",1]', '["createdAt",true,{},1]',
    '["createdAt",true,"2026-01-01T00:00:00",1]', '["createdAt",true,"9999-12-31T23:59:59-23:59",1]',
    '["createdAt",true,"0001-01-01T00:00:00+23:59",1]', '["createdAt",true,"2026-01-01T00:00:00Z",1e30]',
    '["createdAt",true,"2026-01-01T00:00:00Z",99999999999999999999]', '["createdAt",false,"2026-01-01T00:00:00Z",1]',
    '["createdAt","","2026-01-01T00:00:00Z",1]', "[]", "{}", "1", "null", '["password",true,"",1]',
    '["id__gt",true,1,1]',
    "[" * 200, '"' + "x" * 100 + '"',
]  # fmt: skip
STATUS_CURSORS = ['["status",true,"\\u0000",1]', '["status",true,null,1]']


@pytest.mark.parametrize(("sort", "packed"), [*(("createdAt", packed) for packed in CURSORS),
                                              *(("status", packed) for packed in STATUS_CURSORS)])  # fmt: skip
def test_a_cursor_of_ones_own_making_is_refused(scene: Scene, sort: str, packed: str) -> None:
    client = Api(scene.cast.administrator)
    cursor = base64.urlsafe_b64encode(packed.encode()).rstrip(b"=").decode()
    answers = [
        client.get(f"/tickets?cursor={cursor}&sortBy={sort}"),
        client.post("/tickets/admin/search", {"cursor": cursor, "sortBy": sort}),
    ]
    for response in answers:
        assert refused(response, 400)["fields"].keys() == {"cursor"}
