"""Lists: closed filters and sorts, pages, cursors that hold their place."""

import datetime

import pytest
from django.utils import timezone

from tests.api import Api, data, refusal
from tests.tickets.acts import act, given, moved, opened, row
from tickets.models import Category, Ticket


def ids(by, query="") -> list[str]:
    return [ticket["id"] for ticket in data(Api(by).get(f"/tickets{query}"))]


def meta(by, query=""):
    return Api(by).get(f"/tickets{query}").json()["meta"]


def made(customer, count, **columns) -> list[str]:
    """Tickets by the row, oldest first; created a minute apart."""
    start = timezone.now() - datetime.timedelta(days=1)
    rows = [
        Ticket(
            number=f"TKT-2020-{n:06}", subject=f"S{n}", description="D", customer=customer, created_by=customer,
            created_at=start + datetime.timedelta(minutes=n), **columns,
        )
        for n in range(count)
    ]  # fmt: skip
    return [str(ticket.pk) for ticket in Ticket.objects.bulk_create(rows)]


def test_the_newest_come_first_in_the_readers_form(cast):
    first, second = opened(cast.customer), opened(cast.customer)
    listed = data(Api(cast.customer).get("/tickets"))
    assert listed == [second, first]
    assert [ticket["id"] for ticket in data(Api(cast.agent).get("/tickets"))] == [second["id"], first["id"]]
    assert ids(cast.stranger) == []


def test_pages_have_the_meta_of_the_contract(cast):
    every = made(cast.customer, 45)[::-1]
    assert ids(cast.customer) == every[:20]
    first = meta(cast.customer)
    assert first.pop("nextCursor")
    assert first == {"page": 1, "limit": 20, "total": 45, "totalPages": 3}
    assert ids(cast.customer, "?page=3&limit=20") == every[40:]
    assert meta(cast.customer, "?page=3")["nextCursor"] is None
    assert ids(cast.customer, "?page=4") == []
    assert meta(cast.stranger) == {"page": 1, "limit": 20, "total": 0, "totalPages": 0, "nextCursor": None}
    assert len(ids(cast.customer, "?limit=100")) == 45


@pytest.mark.parametrize("sort", ["createdAt", "updatedAt", "priority", "status", "ticketNumber"])
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_a_cursor_walks_every_ticket_once_in_every_order(cast, sort, order):
    made(cast.customer, 13, status="open")
    made_later = [opened(cast.customer, priority=name) for name in ("low", "urgent", "high")]
    moved(cast.agent, made_later[0], "on_hold", "open", "pending")
    query = f"?limit=3&sortBy={sort}&sortOrder={order}"
    walked, cursor = [], ""
    while cursor is not None:
        walked += ids(cast.customer, query + (f"&cursor={cursor}" if cursor else ""))
        cursor = meta(cast.customer, query + (f"&cursor={cursor}" if cursor else ""))["nextCursor"]
    assert walked == ids(cast.customer, f"?limit=100&sortBy={sort}&sortOrder={order}")
    assert len(walked) == len(set(walked)) == 16


def test_a_cursor_holds_its_place_when_tickets_come(cast):
    every = made(cast.customer, 6)[::-1]
    cursor = meta(cast.customer, "?limit=3")["nextCursor"]
    opened(cast.customer)
    assert ids(cast.customer, f"?limit=3&cursor={cursor}") == every[3:]


def test_priorities_sort_by_rank(cast):
    made_as = {name: opened(cast.customer, priority=name)["id"] for name in ("high", "low", "urgent", "normal")}
    wanted = [made_as[name] for name in ("urgent", "high", "normal", "low")]
    assert ids(cast.customer, "?sortBy=priority") == wanted
    assert ids(cast.customer, "?sortBy=priority&sortOrder=asc") == wanted[::-1]


def test_too_deep_a_page_is_refused_and_a_cursor_is_not(cast):
    made(cast.customer, 3)
    assert ids(cast.customer, "?page=100&limit=100") == []
    for query in ("?page=101&limit=100", "?page=10001&limit=1", "?page=501"):
        refusal(Api(cast.customer).get(f"/tickets{query}"), 400, "page_too_deep")
    cursor = meta(cast.customer, "?limit=1")["nextCursor"]
    assert len(ids(cast.customer, f"?limit=1&page=10001&cursor={cursor}")) == 1


def test_each_filter_finds_what_it_names(cast):
    category = Category.objects.create(name_ar="أ", name_en="A")
    plain = opened(cast.customer)
    special = opened(cast.customer, priority="urgent", orderId="A-9", productId="P-9", categoryId=str(category.pk))
    given(cast.agent, special, cast.colleague)
    data(Api(cast.agent).patch(f"/tickets/{special['id']}", {"tags": ["vip", "late"], "teamId": str(cast.team.pk)}))
    moved(cast.agent, special, "resolved")
    act(cast.customer, special, "rate", {"rating": 5})
    both = {"status=resolved", "status=resolved,closed", "priority=urgent,high", "orderId=A-9", "productId=P-9"}
    both |= {f"categoryId={category.pk}", "rated=true"}
    staff = {f"agentId={cast.colleague.pk}", f"teamId={cast.team.pk}", "tags=vip", "tags=late,vip", "tags=late،vip"}
    for query in both | staff:
        assert ids(cast.agent, f"?{query}") == [special["id"]], query
    for query in both:
        assert ids(cast.customer, f"?{query}") == [special["id"]], query
    for query in ("status=open", "priority=normal", "rated=false"):
        assert ids(cast.customer, f"?{query}") == [plain["id"]], query
    for query in ("agentId=none", "teamId=none"):
        assert ids(cast.agent, f"?{query}") == [plain["id"]], query
    assert ids(cast.agent, f"?customerId={cast.customer.pk}&priority=urgent") == [special["id"]]
    for query in ("tags=vip,never", "teamId=999", f"customerId={cast.stranger.pk}"):
        assert ids(cast.agent, f"?{query}") == [], query


def test_customers_cannot_ask_by_what_their_form_does_not_tell(cast):
    opened(cast.customer)
    for name in ("agentId", "teamId", "customerId", "tags"):
        error = refusal(Api(cast.customer).get(f"/tickets?{name}=1"), 400, "invalid")
        assert error["fields"].keys() == {name}
        assert Api(cast.agent).get(f"/tickets?{name}=1").status_code == 200


def test_days_are_those_of_the_sites_zone_the_last_one_included(cast):
    ticket = opened(cast.customer)
    Ticket.objects.filter(pk=ticket["id"]).update(created_at="2026-03-01T21:30:00Z")  # 00:30 on the 2nd in Riyadh
    assert ids(cast.customer, "?fromDate=2026-03-02&toDate=2026-03-02") == [ticket["id"]]
    assert ids(cast.customer, "?toDate=2026-03-01") == ids(cast.customer, "?fromDate=2026-03-03") == []


@pytest.mark.parametrize(
    "query",
    ["status=opened", "status=open,x", "priority=1", "fromDate=2026-13-01", "toDate=yesterday", "hasAttachments=maybe",
     "rated=1", "page=0", "page=-1", "page=x", "limit=0", "limit=101", "limit=1.5", "sortBy=subject", "sortOrder=up",
     "cursor=x", "cursor=W10", "unknown=1", "customer__password=x", "status=open&status=closed", "orderId=%00",
     "sortBy=-createdAt", "page=9999999999999999999999", "tags__contains=x", "toDate=%D9%A2"],
)  # fmt: skip
def test_what_a_list_does_not_take_is_named(cast, query):
    name = query.split("=")[0]
    error = refusal(Api(cast.agent).get(f"/tickets?{query}"), 400, "invalid")
    assert error["fields"].keys() == {name}


@pytest.mark.parametrize(
    "query",
    ["fromDate=0001-01-01", "toDate=9999-12-31", "fromDate=9999-12-31", "toDate=0001-01-01", "status=", "priority=",
     "tags=", "tags=,", "agentId=", "status=,", "agentId=99999999999999999999", "orderId=" + "x" * 2000, "page=",
     "agentId=%D9%A5", "fromDate=", "rated=", "orderId=%25%5F%27%22", "categoryId=1e3"],
)  # fmt: skip
def test_odd_values_are_answered_calmly(cast, query):
    opened(cast.customer)
    response = Api(cast.agent).get(f"/tickets?{query}")
    assert response.status_code in {200, 400}, response.content


@pytest.mark.parametrize("forged", [
    '["createdAt",true,"2026-01-01",1]', '["createdAt",true,null,1]', '["createdAt",true,{},1]', "[]", "{}", "null",
    '["createdAt",true,"2026-01-01T00:00:00Z","1"]', '["createdAt",true,"2026-01-01T00:00:00Z",true]',
    '["createdAt",true,"2026-01-01T00:00:00Z",99999999999999999999]', '["priority",true,1,1]',
    '["createdAt",true,"0001-01-01T00:00:00+14:00",1]', '["createdAt",true,"2026-01-01T00:00:00",1]',
])  # fmt: skip
def test_a_forged_cursor_is_refused_or_harmless(cast, forged):
    import base64

    opened(cast.customer)
    cursor = base64.urlsafe_b64encode(forged.encode()).decode().rstrip("=")
    response = Api(cast.customer).get(f"/tickets?cursor={cursor}")
    assert response.status_code in {200, 400}, response.content


@pytest.mark.parametrize("value", ['"x"', "1e999", "99999999999999", "-1", "true", "[]", '"99999999999999999999"'])
def test_a_forged_cursor_of_a_number_is_refused_or_harmless(cast, value):
    import base64

    opened(cast.customer)
    for sort in ("priority", "ticketNumber", "status"):
        cursor = base64.urlsafe_b64encode(f'["{sort}",true,{value},1]'.encode()).decode().rstrip("=")
        response = Api(cast.customer).get(f"/tickets?sortBy={sort}&cursor={cursor}")
        assert response.status_code in {200, 400}, response.content


def test_the_count_is_exact_up_to_ten_thousand_and_capped_there(cast, monkeypatch):
    from core.api import lists

    monkeypatch.setattr(lists, "COUNT_CAP", 10)
    made(cast.customer, 10)
    assert meta(cast.customer, "?limit=5")["total"] == 10
    assert "totalIsCapped" not in meta(cast.customer, "?limit=5")
    made_more = opened(cast.customer)
    capped = meta(cast.customer, "?limit=5")
    assert (capped["total"], capped["totalPages"], capped["totalIsCapped"]) == (10, 2, True)
    assert row(made_more).pk


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "30/02/2026", "2026-02-20T10:00:00Z"])
def test_a_day_that_cannot_be_is_refused_alike_in_lists_and_searches(day, cast):
    for language, words in (("en", "Give a day that exists"), ("ar", "اكتب يومًا موجودًا")):
        client = Api(cast.agent, language=language)
        listed = refusal(client.get(f"/tickets?fromDate={day}"), 400, "invalid")["fields"]
        searched = refusal(client.post("/tickets/admin/search", {"fromDate": day}), 400, "invalid")["fields"]
        assert listed == searched
        assert words in listed["fromDate"][0]


def test_a_comma_of_either_script_ends_a_tag_at_every_door(cast):
    ticket = data(Api(cast.customer).post("/tickets", {"subject": "s", "description": "d"}), 201)
    api = Api(cast.agent)
    changed = data(api.patch(f"/tickets/{ticket['id']}", {"tags": ["عاجل،هاتف", "vip, late", "،"]}))
    assert changed["tags"] == ["عاجل", "هاتف", "vip", "late"]
    for tag in changed["tags"]:
        listed = [row["id"] for row in data(api.get(f"/tickets?tags={tag}"))]
        found = [row["id"] for row in data(api.post("/tickets/admin/search", {"tags": [tag]}))]
        assert listed == found == [ticket["id"]]
