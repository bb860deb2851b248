"""Search on thousands of tickets: right, and by an index, on each of its ways."""

from __future__ import annotations

import datetime
import itertools
from collections import Counter
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.api.lists import read_paging
from core.errors import Invalid
from core.search_words import fold
from tests.api import data, refusal
from tests.cast import Cast
from tests.conftest import superuser
from tickets.api.filters import STAFF_SORTS
from tickets.models import Message, Ticket
from tickets.operations import NewTicket, create_ticket
from tickets.operations.merging import merge
from tickets.search import TOO_BROAD, TimeLimit, search

pytestmark = pytest.mark.django_db
COUNT = 3_000
NOW = datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC)


@pytest.fixture
def many(cast: Cast, analyze: Callable[..., None]) -> Cast:
    """Every second ticket late, every 20th torn, every 1,000th with an emerald; a message and a note on each 300th."""
    # What other tests took back still lies in tables and indexes, which seem costly to read by single pages then.
    with superuser(connection.settings_dict["NAME"]) as owner:
        owner.execute("set lock_timeout = '5s'")
        for table in ("tickets_ticket", "tickets_message"):
            owner.execute(f"vacuum full {table}")
    made = [
        Ticket(
            number=f"TKT-2026-{900_000 + n}", customer=cast.customer, created_by=cast.customer, description=f"رقم {n}",
            subject=" ".join(
                word for word, every in (("تأخّر الشَّحن", 2), ("ممزق torn", 20), ("زُمُرُّدة", 1_000), ("Zx q7", 700))
                if n % every == 0
            ) or "عادي",
            status=("open", "in_progress", "pending", "on_hold")[n % 4],
            created_at=NOW - datetime.timedelta(minutes=n), updated_at=NOW, staff_updated_at=NOW,
        )
        for n in range(1, COUNT + 1)
    ]  # fmt: skip
    Ticket.objects.bulk_create(made)
    with connection.cursor() as cursor:  # a key's check that was planned on an empty table reads this one each time
        cursor.execute("discard plans; set local enable_seqscan = off; set local gin_pending_list_limit = 64")
    said = [
        Message(
            ticket=ticket, first_ticket=ticket, author=cast.agent, author_type="agent", is_internal=bool(n % 2),
            body="سِرّ secret" if n % 2 else "جواب answer",
        )
        for n, ticket in enumerate(made[::300])
        for n in (n * 2, n * 2 + 1)
    ] + [
        Message(
            ticket=ticket, first_ticket=ticket, opens=ticket, author=cast.customer, author_type="customer",
            body=ticket.description,
        )
        for ticket in made
    ]  # fmt: skip
    Message.objects.bulk_create(said)
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into tickets_message (ticket_id, first_ticket_id, author_id, author_type, body, is_internal,"
            " client_message_id, created_at) select id, id, %s, 'agent', 'filler ' || id || ' نص', n = 1, '', now()"
            " from tickets_ticket, generate_series(0, 5) n where id %% 3 = 0",
            [cast.agent.pk],
        )
    connection.check_constraints()
    # What came all at once waits beside a GIN index; vacuum would put it in, and the planner counts it until then.
    with superuser(connection.settings_dict["NAME"]) as owner:
        owner.execute(
            "select gin_clean_pending_list(c.oid) from pg_class c join pg_am a on a.oid = c.relam"
            " where a.amname = 'gin' and c.relname like any (array['ticket_search%', 'message_search%'])"
        )
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = on")
    analyze("tickets_ticket", "tickets_message")
    return cast


def by_hand(query: str) -> list[int]:
    """Return what is found when every ticket is looked at; for words of three letters and more."""
    words = fold(query)[0].split()
    rows = Ticket.objects.extra(select={"text": "search_text"}).order_by("-created_at", "-id")
    return [row.pk for row in rows if all(word in row.text for word in words)]


QUERIES = ["تأخر", "تاخر الشحن", "ممزق", "زمردة", "الشحن زمرده", "torn", "رقم ٢٩٩", "900123"]


def test_it_finds_what_a_look_at_every_ticket_finds(many):
    for query in QUERIES:
        found_as_by_hand(many, query)


def found_as_by_hand(many: Cast, query: str) -> None:
    expected, found, cursor = by_hand(query), [], None
    for _page in range(3):
        paging = read_paging({"limit": 100, "cursor": cursor} if cursor else {"limit": 100}, STAFF_SORTS, "createdAt")
        page = search(Ticket.objects.all(), paging, STAFF_SORTS, viewer=many.agent, query=query)
        found += [row.pk for row in page.rows]
        assert page.meta["total"] == min(len(expected), 1_000)
        assert page.meta.get("totalIsCapped", False) == (len(expected) > 1_000)
        cursor = page.meta["nextCursor"]
        if cursor is None:
            break
    assert found == expected[: len(found)]
    assert len(found) == min(len(expected), 300)


def test_pages_by_number_and_by_cursor_agree_in_every_order(many):
    for sort, way, query in itertools.product(STAFF_SORTS, ("asc", "desc"), ("تأخر", "ممزق")):
        pages_agree(many, sort, way, query)


def pages_agree(many: Cast, sort: str, way: str, query: str) -> None:
    def page(**where):
        asked = {"limit": 40, "sortBy": sort, "sortOrder": way, **where}
        paging = read_paging(asked, STAFF_SORTS, "createdAt")
        return search(Ticket.objects.all(), paging, STAFF_SORTS, viewer=many.agent, query=query)

    first, second = page(), page(page=2)
    behind = page(cursor=first.meta["nextCursor"])
    assert [row.pk for row in behind.rows] == [row.pk for row in second.rows]
    assert not {row.pk for row in first.rows} & {row.pk for row in second.rows}


def plans(run) -> str:  # type: ignore[no-untyped-def]
    """How PostgreSQL carried out the statements of `run` that read tickets or messages by words."""
    with CaptureQueriesContext(
        connection,
    ) as captured:
        run()
    found = []
    with connection.cursor() as cursor:
        for sql in (sql for query in captured.captured_queries for sql in query["sql"].split("; ")):
            if sql.startswith("select set_config"):
                cursor.execute(sql)
            elif "search_text" in sql and "fold_v1" not in sql:
                cursor.execute("explain (costs off) " + sql)
                found.append("\n".join(line for (line,) in cursor.fetchall()))
    return "\n\n".join(found)


RARE = [
    ({"query": "زمردة"}, "ticket_search"),
    ({"query": "الشحن زمردة"}, "ticket_search"),
    ({"query": "q7"}, "ticket_search_short"),
    ({"message_content": "secret"}, "message_search_notes"),
    ({"message_content": "جواب"}, "message_search_public"),
]


def test_what_is_rare_is_asked_of_its_index(many):
    for asked, index in RARE:
        paging = read_paging({}, STAFF_SORTS, "createdAt")
        plan = plans(lambda: search(Ticket.objects.all(), paging, STAFF_SORTS, viewer=many.agent, **asked))  # noqa: B023
        assert f"Bitmap Index Scan on {index}\n" in plan, (asked, plan)
        assert "Seq Scan" not in plan, (asked, plan)


def scans(run) -> Counter[str]:  # type: ignore[no-untyped-def]
    """How often `run` in fact began to read each index, and tickets and messages from end to end."""

    def read() -> Counter[str]:
        with connection.cursor() as cursor:
            cursor.execute(
                "select relname, pg_stat_get_xact_numscans(oid) from pg_class"
                " where relname in ('tickets_ticket', 'tickets_message') or relname ~ '^(ticket|message)_'"
            )
            return Counter(dict(cursor.fetchall()))

    before = read()
    run()
    return read() - before


def test_a_plan_that_serves_all_words_uses_the_index_too(many):
    """The probe is planned once a connection, without knowing the words.

    The public messages, nearly all of so small a table, are as cheap to read by another index.
    """
    for asked, index in RARE[:-1] * 2:
        paging = read_paging({}, STAFF_SORTS, "createdAt")
        found = scans(lambda: search(Ticket.objects.all(), paging, STAFF_SORTS, viewer=many.agent, **asked))  # noqa: B023
        assert found[index] == 1, (asked, found)
        assert not found["tickets_ticket"] + found["tickets_message"], (asked, found)


LISTS = [
    ({}, "ticket_newest"),
    ({"status": "open"}, ("ticket_by_status", "ticket_status_order")),
    ({"status": "open", "agentId": "1"}, "ticket_by_assignee_status"),
    ({"agentId": "1"}, "ticket_by_assignee"),
    ({"customerId": "1"}, "ticket_of_customer"),
    ({"categoryId": "1"}, "ticket_by_category"),
]


def test_a_list_planned_once_walks_its_index(many, api):
    client = api(many.lead)
    for asked, index in LISTS * 2:
        found = scans(lambda: data(client.get("/tickets?" + urlencode(asked))))  # noqa: B023
        assert any(name.startswith(index) for name in found), (asked, found)


def test_what_is_common_is_walked_newest_first(many):
    def run():
        paging = read_paging({}, STAFF_SORTS, "createdAt")
        assert search(Ticket.objects.all(), paging, STAFF_SORTS, viewer=many.agent, query="الشحن").meta["totalIsCapped"]

    plan = plans(run)
    assert "Index Scan using ticket_newest" in plan, plan
    assert "Seq Scan" not in plan, plan
    assert "Sort" not in plan, plan


def test_the_words_of_an_opening_are_found_by_its_tickets_index(many):
    """The index of messages leaves openings out: what opened a ticket is its description."""
    saffron = create_ticket(NewTicket(subject="لون", description="بقعة زَعفران"), by=many.customer)
    moved = create_ticket(NewTicket(subject="لون", description="بقعة الزعفران أيضا"), by=many.customer)
    merge(saffron.pk, [moved.pk], by=many.lead)
    create_ticket(NewTicket(subject="زعفران", description="بقعة أخرى"), by=many.customer)  # no message says it

    def run():
        paging = read_paging({}, STAFF_SORTS, "createdAt")
        page = search(Ticket.objects.all(), paging, STAFF_SORTS, viewer=many.agent, message_content="زعفران بقعة")
        assert [row.pk for row in page.rows] == [saffron.pk]

    plan = plans(run)
    assert "Bitmap Index Scan on ticket_search\n" in plan, plan
    assert "Seq Scan" not in plan, plan
    assert scans(run)["ticket_search"] == 1


def test_a_notes_words_find_nothing_for_its_customer(many, api):
    assert data(api(many.customer).get("/tickets?messageContent=secret")) == []
    assert len(data(api(many.customer).get("/tickets?messageContent=answer"))) == 10
    assert len(data(api(many.agent).get("/tickets?messageContent=سر"))) == 10


FEW = [
    ({"orderId": "ORD-7"}, "ticket_by_order"),
    ({"productId": "P-7"}, "ticket_by_product"),
    ({"slaBreached": "true"}, "ticket_breached"),
    ({"hasAttachments": "true"}, "ticket_with_files"),
    ({"tags": "none-has-it"}, "ticket_by_tag"),
    ({"sortBy": "slaDueAt", "sortOrder": "desc"}, "ticket_by_due"),
    ({"sortBy": "slaDueAt", "sortOrder": "asc"}, "ticket_by_due"),
    ({"sortBy": "status"}, "ticket_status_order"),
    ({"sortBy": "priority"}, "ticket_by_priority"),
    ({"sortBy": "updatedAt"}, "ticket_updated"),
]


def test_what_few_tickets_have_is_never_looked_for_in_all(many, api, analyze):
    Ticket.objects.filter(number="TKT-2026-900007").update(order_id="ORD-7", product_id="P-7", sla_breached=True)
    Ticket.objects.filter(number="TKT-2026-900007").update(attachment_count=1)
    analyze("tickets_ticket")
    client = api(many.lead)
    for asked, index in FEW:
        found = scans(lambda: data(client.get("/tickets?" + urlencode(asked))))  # noqa: B023
        assert any(name.startswith(index) for name in found), (asked, found)


def test_words_that_are_common_elsewhere_are_looked_for_in_a_customers_own(many, api):
    """The scope is applied before any limit, and its size decides the way."""
    Ticket.objects.filter(number="TKT-2026-902999").update(customer=many.stranger, customer_text="")
    found = scans(lambda: data(api(many.stranger).get("/tickets?query=رقم")))
    assert not found["ticket_search"], found
    assert len(data(api(many.stranger).get("/tickets?query=رقم"))) == 1
    Ticket.objects.filter(number__lt="TKT-2026-900200").update(customer=many.stranger)
    found = scans(lambda: data(api(many.stranger).get("/tickets?query=رقم 199")))
    assert not found["ticket_search"], found


def test_words_that_no_index_finds_in_time_are_refused_with_a_word_why(many, api, settings):
    """One or two letters, and common words that no message holds together."""
    for words in ("qz", "زق", "جواب secret"):
        settings.SEARCH_MESSAGES_MS = 60_000
        assert data(api(many.agent).post("/tickets/admin/search", {"messageContent": words})) == []
        settings.SEARCH_MESSAGES_MS = 0
        for answer in (
            api(many.agent).post("/tickets/admin/search", {"messageContent": words}),
            api(many.agent).get(f"/tickets?messageContent={words}"),
        ):
            assert refusal(answer, 400, "invalid")["fields"]["messageContent"] == [str(TOO_BROAD)]
    settings.SEARCH_MESSAGES_MS = 60_000
    assert len(data(api(many.agent).get("/tickets?messageContent=سر"))) == 10


def test_a_statement_that_takes_too_long_is_cancelled_and_leaves_the_connection_as_it_was(db):
    with connection.cursor() as cursor:
        cursor.execute("show statement_timeout")
        before = cursor.fetchone()
    with pytest.raises(Invalid), TimeLimit(30).step(), connection.cursor() as cursor:
        cursor.execute("select pg_sleep(20)")
    with TimeLimit(60_000).step(), connection.cursor() as cursor:
        cursor.execute("select 1")
    with connection.cursor() as cursor:
        cursor.execute("show statement_timeout")
        assert cursor.fetchone() == before
