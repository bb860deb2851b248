"""Importing tickets of another system through the command."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import User
from audit.models import Entry
from tests.api import Api, data
from tests.conftest import superuser
from tests.tickets.acts import emitted
from tickets.models import Category, Change, Imported, Message, Ticket
from tickets.operations import NewTicket, create_ticket

pytestmark = pytest.mark.django_db


def record(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "id": f"OLD-{number}", "subject": f"شاشة مكسورة {number}", "description": "وصلت مكسورة",
        "customerEmail": "Huda@Old.example", "customerName": "هدى", "createdAt": "2025-02-01T10:00:00+03:00", **more,
    }  # fmt: skip


@pytest.fixture
def bring(tmp_path: Path) -> Any:
    """Runs the command on records (or text) and answers what it said, and what was wrong."""

    def run(records: Any, *arguments: str, name: str = "old.jsonl", **options: Any) -> tuple[str, str]:
        path = tmp_path / name
        lines = records if isinstance(records, str | bytes) else "\n".join(json.dumps(one) for one in records)
        path.write_bytes(lines if isinstance(lines, bytes) else lines.encode())
        said, wrong = io.StringIO(), io.StringIO()
        try:
            call_command("import_tickets", str(path), *arguments, stdout=said, stderr=wrong, **options)
        except CommandError as error:
            wrong.write(str(error))
        connection.check_constraints()
        return said.getvalue(), wrong.getvalue()

    return run


def test_a_ticket_comes_with_its_thread_history_and_audit(bring, cast):
    Category.objects.create(name_ar="شاشات", name_en="Screens")
    said, wrong = bring(
        [
            record(
                status="closed", priority="high", category="Screens", team=cast.team.name_en,
                agentEmail=cast.agent.email,
                tags=["vip", 'a "quoted" \\ tag'], orderId="ORD-9", resolvedAt="2025-02-03T10:00:00Z",
                closedAt="2025-02-04",
                messages=[
                    {"body": "نعتذر", "authorEmail": cast.agent.email, "createdAt": "2025-02-01T12:00:00Z"},
                    {"body": "سري", "authorEmail": cast.agent.email, "isInternal": True, "createdAt": "2025-02-02"},
                    {"body": "شكرا", "authorEmail": "huda@old.example", "createdAt": "2025-02-02T12:00:00Z"},
                ],
            )
        ]
    )  # fmt: skip
    assert wrong == ""
    assert said.startswith("1 tickets, 1 new customers")
    ticket = Ticket.objects.get()
    customer = User.objects.get(email="huda@old.example")
    assert (customer.name, customer.role, customer.has_usable_password()) == ("هدى", "customer", False)
    assert ticket.number.startswith("TKT-2025-")
    assert (ticket.customer, ticket.assignee, ticket.status, ticket.priority) == (customer, cast.agent, "closed", 3)
    assert (ticket.message_count, ticket.note_count, ticket.tags) == (3, 1, ["vip", 'a "quoted" \\ tag'])
    assert str(ticket.first_response_at) == "2025-02-01 12:00:00+00:00"
    thread = Message.objects.filter(ticket=ticket).order_by("id").values_list("body", "author_type", "is_internal")
    assert list(thread) == [
        ("وصلت مكسورة", "customer", False), ("نعتذر", "agent", False), ("سري", "agent", True),
        ("شكرا", "customer", False),
    ]  # fmt: skip
    steps = Change.objects.filter(ticket=ticket, field="status").order_by("id").values_list("old", "new")
    assert list(steps) == [("", "open"), ("open", "resolved"), ("resolved", "closed")]
    entry = Entry.objects.select_related("detail").get(action="TICKET_IMPORTED")
    assert entry.entity_id == str(ticket.pk)
    assert entry.detail.new_values["sourceId"] == "OLD-1"
    assert emitted("queue:tickets") == []


def test_what_was_imported_is_found_and_read_like_any_other(bring, cast):
    bring([record(messages=[{"body": "أين الطلب", "createdAt": "2025-02-02"}])])
    [found] = data(Api(cast.agent).get("/tickets?query=مكسوره هدي"))
    assert len(data(Api(cast.agent).get(f"/tickets/{found['id']}/messages"))) == 2


def test_a_second_run_doubles_nothing(bring, cast):
    many = [record(number) for number in range(7)]
    bring(many[:3])
    said, wrong = bring(many, "--resume")
    assert said.startswith("4 tickets, 0 new customers, 3 imported before, 0 wrong")
    assert wrong == ""
    _said, wrong = bring(many)
    assert "line 1: the id OLD-0 was imported before" in wrong
    assert Ticket.objects.count() == Imported.objects.count() == 7
    said, _wrong = bring(many[:2], name="another_system.jsonl")
    assert said.startswith("2 tickets")


def test_a_dry_run_says_what_would_be_and_writes_nothing(bring, cast):
    said, wrong = bring([record(1), record(2), record(3, status="gone")], "--dry-run")
    assert said.startswith("Nothing was written. It would be: 2 tickets, 1 new customers, 0 imported before, 1 wrong")
    assert "line 3: status is one of open" in wrong
    assert not Ticket.objects.exists()
    assert not User.objects.filter(email="huda@old.example").exists()


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"subject": " "}, "subject is missing"),
        ({"subject": "s" * 201}, "subject is longer than 200"),
        ({"id": ""}, "id is missing"),
        ({"customerEmail": "nobody"}, "customerEmail is not an e-mail address"),
        ({"createdAt": "last week"}, "createdAt is not a time as ISO 8601"),
        ({"createdAt": "2025-02-31"}, "createdAt is not a time as ISO 8601"),
        ({"createdAt": "2999-01-01"}, "createdAt is not a time since 1990"),
        ({"createdAt": "1446-08-02"}, "createdAt is not a time since 1990, in the Gregorian calendar"),
        ({"customerPhone": "call me"}, "customerPhone is not a phone number: call me"),
        ({"customerEmail": "a@b..example"}, "customerEmail is not an e-mail address"),
        ({"customerEmail": "a@b.example\u202e"}, "customerEmail is not an e-mail address"),
        ({"tags": [{"a": 1}]}, "tags are not text"),
        ({"priority": "5"}, "priority is one of low"),
        ({"category": "Nowhere"}, "there is no category Nowhere"),
        ({"agentEmail": "ghost@example.test"}, "agentEmail is nobody of the staff"),
        ({"subject": "a\u0000b"}, "subject holds characters that are not text"),
        ({"description": ["list"]}, "description is not text"),
        ({"messages": [{"body": ""}]}, "body is missing"),
        ({"messages": ["text"]}, "a message is not an object"),
        ({"messages": "text"}, "messages is not a list"),
        ({"messages": [{"body": "x", "authorEmail": "ghost@example.test"}]}, "authorEmail is neither the customer"),
        ({"messages": [{"body": "x", "authorEmail": "huda@old.example", "isInternal": "yes"}]}, "a note is written by"),
        ({"password": "x"}, "unknown field: password"),
    ],
)
def test_a_wrong_line_is_named_and_the_others_are_imported(bring, cast, wrong, reason):
    _said, told = bring([record(1), record(2, **wrong), record(3)])
    assert f"line 2: {reason}" in told
    assert "1 lines were not imported." in told
    assert Ticket.objects.count() == 2


def test_a_line_that_is_not_json_is_named(bring, cast):
    _said, wrong = bring(json.dumps(record(1)) + '\n{"id": \n[1]\n' + json.dumps(record(2)))
    assert "line 2: this line is not JSON" in wrong
    assert "line 3: this line is not a JSON object" in wrong
    assert Ticket.objects.count() == 2


def test_staff_do_not_become_customers(bring, cast):
    _said, wrong = bring([record(customerEmail=cast.agent.email)])
    assert "line 1: customerEmail is the address of staff" in wrong


CSV = """\ufeffTicket,Requester,Title,State,Comment,Internal,At,By
77,mona@old.example,"Late, again",Solved,,,2025-03-01 10:00,
77,,,,"we are, sorry",no,2025-03-02 11:00,{agent}
77,,,,secret,yes,2025-03-02 12:00,{agent}
78,mona@old.example,Screen,New,,,2025-03-05 10:00,
"""
MAPPING = {
    "fields": {
        "Ticket": "id", "Requester": "customerEmail", "Title": "subject", "State": "status", "At": "createdAt",
        "Comment": "messageBody", "Internal": "messageIsInternal", "By": "messageAuthorEmail",
    },
    "values": {"status": {"Solved": "resolved", "New": "open"}},
    "defaults": {"priority": "low"},
    "timeZone": "Asia/Riyadh",
}  # fmt: skip


def test_rows_of_csv_are_read_by_a_mapping(bring, cast, tmp_path):
    mapping = tmp_path / "map.json"
    mapping.write_text(json.dumps(MAPPING))
    said, wrong = bring(CSV.format(agent=cast.agent.email), "--mapping", str(mapping), name="old.csv")
    assert wrong == ""
    assert said.startswith("2 tickets, 1 new customers")
    late, screen = Ticket.objects.order_by("id")
    assert (late.subject, late.status, late.priority, late.message_count, late.note_count) == (
        "Late, again", "resolved", 1, 2, 1,
    )  # fmt: skip
    assert str(screen.created_at) == "2025-03-05 07:00:00+00:00"
    assert str(late.first_response_at) == "2025-03-02 08:00:00+00:00"


def test_a_mapping_to_what_does_not_exist_is_refused(bring, cast, tmp_path):
    mapping = tmp_path / "map.json"
    mapping.write_text(json.dumps({"fields": {"Ticket": "is_superuser"}}))
    _said, wrong = bring(CSV, "--mapping", str(mapping), name="old.csv")
    assert "There is no field is_superuser" in wrong
    assert not Ticket.objects.exists()


def test_columns_that_nobody_named_are_refused(bring, cast):
    _said, wrong = bring(CSV, name="old.csv")
    assert "unknown column: Ticket" in wrong


def test_a_batch_costs_the_same_statements_whatever_its_size(bring, cast, django_assert_max_num_queries):
    with django_assert_max_num_queries(25):
        bring([record(number, customerEmail=f"c{number}@old.example") for number in range(120)])
    assert Ticket.objects.count() == 120


def test_numbers_go_on_after_an_import(bring, cast):
    bring([record(number) for number in range(3)])
    last = max(int(number[9:]) for number in Ticket.objects.values_list("number", flat=True))
    made = create_ticket(NewTicket(subject="next", description="next"), by=cast.customer)
    assert int(made.number[9:]) == last + 1


GIN = """
select c.relname, gin_clean_pending_list(c.oid)
from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am a on a.oid = c.relam
where a.amname = 'gin' and i.indrelid in ('tickets_ticket'::regclass, 'tickets_message'::regclass)
"""


def test_its_words_are_in_the_indexes_when_it_ends(bring, cast):
    messages = [{"body": "answer", "authorEmail": cast.agent.email, "isInternal": note} for note in (False, True)]
    bring([record(number, messages=messages) for number in range(3)])
    assert Message.objects.filter(body="answer").count() == 6
    with superuser(connection.settings_dict["NAME"]) as owner:
        waiting = dict(owner.execute(GIN).fetchall())
    assert {"ticket_search", "message_search_public", "message_search_notes"} <= set(waiting)
    assert not any(waiting.values()), waiting
    with connection.cursor() as cursor:
        cursor.execute("select setting from pg_settings where name = 'gin_pending_list_limit'")
        assert cursor.fetchone() == ("4096",)


_HEAD = ["id", "Customer Email", " SUBJECT ", "customer_name", "description", ""]
_ROWS = [
    ["A-1", "one@old.example", "شاشة مكسورة، سامسونج", "هدى", "وصلت; مكسورة", ""],
    ["", "  ", "", "", "", ""],
    ["A-2", "two@old.example", "بطارية", "Zoë", "نفدت, بسرعة", ""],
]


def _table(separator: str, *, first: str = "") -> str:
    cells = [[f'"{cell}"' if any(sign in cell for sign in ",;\t") else cell for cell in row] for row in [_HEAD, *_ROWS]]
    return first + "\r\n".join(separator.join(row) for row in cells) + f"\r\n{separator * 5}\r\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("semicolons.csv", _table(";").encode("utf-8-sig")),
        ("tabs.tsv", _table("\t").encode()),
        ("tabs.csv", _table("\t").encode("utf-16")),
        ("said.csv", _table(";", first="sep=;\r\n").encode()),
        ("windows.csv", _table(";").replace("ë", "é").encode("cp1256")),
        ("wide.csv", _table(",").encode("utf-16-le")),
        ("mac.CSV", _table(",").replace("\r\n", "\r").encode()),
        ("late.csv", (";;;;;\r\n" + _table(";")).encode()),
    ],
)
def test_a_table_is_read_whatever_program_wrote_it(bring, name, content):
    said, wrong = bring(content, name=name)
    assert wrong == ""
    assert said.startswith("2 tickets, 2 new customers")
    one, two = Ticket.objects.order_by("pk")
    assert (one.subject, one.description, one.customer.name) == ("شاشة مكسورة، سامسونج", "وصلت; مكسورة", "هدى")
    assert (two.subject, two.customer.name) == ("بطارية", "Zoé" if name == "windows.csv" else "Zoë")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1256"])
def test_json_lines_are_read_in_the_same_encodings(bring, encoding):
    lines = "\n".join(json.dumps(record(number), ensure_ascii=False) for number in (1, 2))
    said, wrong = bring(lines.encode(encoding))
    assert wrong == ""
    assert said.startswith("2 tickets")
    assert Ticket.objects.first().subject.startswith("شاشة مكسورة")


def test_headings_of_a_mapping_are_found_with_other_blanks_and_capitals(bring, tmp_path):
    mapping = tmp_path / "map.json"
    mapping.write_text(json.dumps({"fields": {"Ticket ID": "id", "requester": "customerEmail", "العنوان": "subject"}}))
    text = "ticket_id;Requester ;العنوان ;other\n7;x@old.example;شاشة;left out\n"
    said, wrong = bring(text, "--mapping", str(mapping), name="theirs.csv")
    assert (said[:9], wrong) == ("1 tickets", "")


def test_a_byte_that_cannot_be_read_is_named_with_its_line_and_nothing_is_written(bring):
    rows = [f"{n},c{n}@old.example,شاشة مكسورة".encode() for n in range(1, 900)]
    rows[699] = "700,c700@old.example,شاشة".encode() + b"\xe4\xe5"
    _said, wrong = bring(b"id,customerEmail,subject\n" + b"\n".join(rows), name="broken.csv")
    assert "line 701: this is not UTF-8" in wrong
    assert not Ticket.objects.exists()


def test_two_columns_of_one_name_are_refused(bring):
    _said, wrong = bring("id,Subject,subject\n1,a,b\n", name="twice.csv")
    assert "two columns have the heading subject" in wrong


_GOOD = "id,customerEmail,subject,description\n" + "".join(f"{n},c{n}@old.example,s,d\n" for n in range(1, 600))


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("open.csv", _GOOD + '600,c@old.example,s,"never closed\n601,d@old.example,s,d\n', "line 601: a quote is not"),
        (
            "more.csv",
            _GOOD + '600,c@old.example,s,"closed" and more\n',
            "line 601: a quote is not closed, or something",
        ),
        ("long.csv", _GOOD + f"600,c@old.example,s,{'x' * 200_000}\n", "line 601: a value is longer than 131,072"),
        ("book.csv", b"PK\x03\x04" + bytes(100), "this is a workbook: save it as CSV"),
        ("half.jsonl", '\ufeff{"id": 1}\n'.encode("utf-16-le") + b"\x00\xd8\n\x00", "line 2: this is not UTF-16"),
    ],
)
def test_a_file_that_cannot_be_read_as_a_whole_names_its_line_and_writes_nothing(bring, name, content, reason):
    said, wrong = bring(content, name=name)
    assert (said, wrong[: len(reason)]) == ("", reason)
    assert not Ticket.objects.exists()


def test_phones_and_texts_are_kept_as_the_other_doors_keep_them(bring, cast):
    lines = "\n  indented\nlast  \n"
    messages = [{"body": lines}]
    _said, wrong = bring(
        [record(customerPhone="٠٥٥ ١٢٣ ٤٥٦٧", description=lines, messages=messages, createdAt="٢٠٢٥-٠٢-٠١")]
    )
    assert wrong == ""
    ticket = Ticket.objects.get()
    assert (ticket.customer.phone, ticket.created_at.date().isoformat()) == ("+966551234567", "2025-01-31")
    assert [ticket.description, *ticket.messages.values_list("body", flat=True)] == ["  indented\nlast"] * 3
