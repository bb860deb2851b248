"""Wrong types, huge and strange values in every field of every route: a refusal that names the field, never a fault."""

from __future__ import annotations

import base64
import re

import orjson
import pytest

from tests.api import Api, refusal
from tests.crosscut.routes import ROUTES, filled
from tests.crosscut.test_matrix import undone
from tests.soak import sized, some
from tests.tickets.acts import opened, seen

LONG = "x" * 1_000_000
VALUES = (
    None, True, -1, 1.5, 2**63, "", "\x00", "a\x00b", "\u202e\u2066", LONG, [], [None], [[]], {}, {"a": 1}, "1e5", "٥",
)  # fmt: skip
MORE = (
    False, 0, 2**53, 2**63 - 1, 2**64 - 1, -(2**63), 1e308, " ", "x", "\ufffe", "𐍈" * 50, "ا" * 300, [{}], ["x"] * 50,
    [LONG], {"$ne": None}, [1, "1", None], "0x10", "-0", "1_000", "null", "'; drop table tickets_ticket; --",
    "<script>alert(1)</script>", "{{7*7}}", "../../etc/passwd", "%s%n", "=1+1",
)  # fmt: skip
# Raw bodies that are no JSON of ours.
BODIES = (
    b"", b"null", b"[]", b"5", b'"x"', b"true", b"{", b"[1", b"{]", b"\xff\xfe", b'{"a":"\xff"}',
    b'{"subject":"\\ud800"}', b'{"subject":"\\udfff\\ud800"}', b'{"a":NaN}', b'{"a":Infinity}', b'{"a":1e999}',
    b'{"a":' + b"9" * 400 + b"}", b"[" * 100_000, b'{"a":' * 2_000 + b"1" + b"}" * 2_000, b'{"":1}', b'{"\\u0000":1}',
    b'{"__proto__":{}}', b'{"subject":"a","subject":"b"}', b"\xef\xbb\xbf{}", b" " * 1000, b"\x00", b"a=b", b"<xml/>",
)  # fmt: skip
WRITING = [route for route in ROUTES if route.body is not None and not route.path.endswith("/upload")]


def actor_of(route) -> str:
    """Somebody who may call it, so that what is refused is the input."""
    for actor in ("administrator", "customer", "nobody"):
        if route.expected(actor) in {200, 201, 400} and route.expected(actor) != 403:
            return actor
    return "nobody"


@pytest.mark.parametrize("start", ["/auth/", "/tickets", "/chat/bot"])
def test_no_value_of_any_field_is_a_fault(world, start):
    for route in (route for route in WRITING if route.path.startswith(start)):
        client = world.client(actor_of(route))
        path, body = filled(route.path, world.ids), filled(route.body, world.ids)
        for name, value in [(field, each) for field in body for each in some(VALUES + MORE, 6, route.name + field)]:
            with undone():
                response = client.request(route.method, path, orjson.dumps({**body, name: value}))
            assert response.status_code < 500, (route.name, name, repr(value)[:80], response.content[:300])
            if response.status_code == 400:
                fields = response.json()["error"].get("fields", {})
                named = {re.split(r"[\[.]", field)[0] for field in fields}
                assert named & {*body, *KNOWN}, (route.name, name, repr(value)[:80], fields)
            assert len(response.content) < 2 * len(LONG)


# What else a refusal may be about: what a good value leads to.
KNOWN = {"token", "customerId", "id"}


def test_no_body_of_bytes_is_a_fault(world):
    for route in sized([route for route in WRITING if route.path in ("/tickets", "/auth/login")], WRITING):
        client, path = world.client(actor_of(route)), filled(route.path, world.ids)
        for body in BODIES:
            with undone():
                response = client.request(route.method, path, body)
            assert response.status_code < 500, (route.name, body[:60], response.content[:300])
            assert response.json()["success"] is (response.status_code < 300)


def test_a_body_too_large_is_413_and_of_another_kind_415(cast, settings):
    client = Api(cast.customer)
    large = orjson.dumps({"subject": "S", "description": "x" * settings.MAX_BODY_BYTES})
    refusal(client.request("POST", "/tickets", large), 413, "too_large")
    for kind in ("text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data"):
        response = client.client.generic(
            "POST", "/tickets", b"a=b", content_type=kind, headers={"Authorization": f"Bearer {client.token}"}
        )
        refusal(response, 415, "unsupported_type")


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "*/*", "", "application/json;q=0", "x" * 5000])
def test_whatever_is_accepted_json_is_answered(cast, accept):
    response = Api(cast.customer).get("/tickets", Accept=accept)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "headers",
    [{"Accept_Language": "x" * 5000}, {"Accept_Language": "\x7f;q=9"}, {"User_Agent": "\x7f" * 3000},
     {"User_Agent": "é"}, {"X_Request_Id": "a b<script>"}, {"X_Request_Id": "x" * 500}, {"X_Forwarded_For": "x, y"},
     {"Content_Length": "-5"}, {"Idempotency_Key": "k" * 200}, {"If_None_Match": "*"},
     {"Cookie": "support_language=xx; sessionid=" + "9" * 4000}],
)  # fmt: skip
def test_no_header_is_a_fault(cast, headers):
    response = Api(cast.customer).post("/tickets", {"subject": "S", "description": "D"}, **headers)
    assert response.status_code in {201, 400}, response.content
    assert "<" not in response.headers["X-Request-Id"]
    assert len(response.headers["X-Request-Id"]) <= 64


def test_what_people_write_comes_back_letter_for_letter(cast):
    """Markup, formulas, directions, emoji and combining marks are text; only the ends are trimmed."""
    texts = ["<b>&amp;</b>", "=HYPERLINK(1)", "{{x}}", "\u202eabc\u202c", "e\u0301 é", "\U0001f469\u200d\U0001f467"]
    for text in (*texts, "شَكْرًا ـــ", "a\r\nb\tc", "\\u0000"):
        ticket = opened(cast.customer, subject=text.replace("\r\n", " "), description=text)
        assert seen(cast.agent, ticket)["description"] == text.strip()


def test_search_takes_any_text(cast):
    client = Api(cast.agent)
    for text in (
        *filter(lambda value: isinstance(value, str), VALUES),
        "%",
        "_",
        "\\",
        "'",
        '"',
        "(",
        "a & | !b",
        ":*",
    ):
        for name in ("query", "messageContent"):
            response = client.post("/tickets/admin/search", {name: text})
            assert response.status_code in {200, 400}, (name, text[:50], response.content[:200])


def test_a_forged_page_of_history_and_audit_is_refused(world):
    client = world.client("administrator")
    forged = base64.urlsafe_b64encode(b'["createdAt",true,"x",1]').decode()
    for path in (f"/tickets/{world.ids['ticket']}/history", "/audit"):
        for query in (
            "page=x",
            "limit=1000",
            f"cursor={forged}",
            "sortBy=actor",
            "cursor=%00",
            "page=100001&limit=100",
        ):
            refusal_of = client.get(f"{path}?{query}")
            assert refusal_of.status_code == 400, (path, query)
    for query in (
        "actorId=x",
        "actorId=" + "9" * 30,
        "entityId=%00",
        "action=" + "x" * 3000,
        "fromDate=x",
        "toDate=9999-12-31",
    ):
        assert client.get(f"/audit?{query}").status_code in {200, 400}, query
