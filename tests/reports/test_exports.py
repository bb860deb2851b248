"""Files of tickets: what stands in them, and how large ones are made by the worker."""

from __future__ import annotations

import csv
import datetime
import io
import itertools
import threading

import openpyxl
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone, translation
from structlog.testing import capture_logs

from accounts.tokens import open_family
from audit.models import Entry
from notifications.models import Item
from reports import operations, running
from reports.asking import read_ask
from reports.exports import bidi_text, excel, pdf, pdf_parts, summary
from reports.exports.tickets import FILTERS
from reports.exports.words import line_name
from reports.models import Export
from tests.api import Api, data, refusal
from tests.cast import fresh
from tests.client import Client
from tests.reports.history import Maker
from tests.tickets.acts import opened, with_rights

TODAY = "startDate=2026-01-01&endDate=2026-03-01"
PATH = "/support/reports/tickets/export"


def body(response) -> bytes:
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content)


def workbook(response):
    return openpyxl.load_workbook(io.BytesIO(body(response)))


def rows_of(sheet) -> list[list]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


@pytest.fixture
def large(settings, storage):
    """Every file is too large to stream."""
    settings.EXPORT_STREAM_ROWS = 0


def test_a_workbook_holds_the_tickets_and_the_figures_of_the_api(cast):
    Maker(cast, 3).make(40)
    client = Api(cast.manager)
    book = workbook(client.get(f"{PATH}/excel?{TODAY}&language=en&priority=high,urgent"))
    assert book.sheetnames == ["Cover", "Summary", "Data"]
    found = rows_of(book["Data"])
    totals = data(client.get(f"/support/reports/tickets/overview?{TODAY}&priority=high,urgent"))["totals"]
    assert len(found) - 1 == totals["created"] > 0
    assert book["Data"].freeze_panes == "B2"
    assert book["Data"].auto_filter.ref == f"A1:T{len(found)}"
    assert isinstance(found[1][9], datetime.datetime)
    sheet = rows_of(book["Summary"])
    assert next(row[1:6] for row in sheet if row and row[0] == "Total") == list(totals.values())
    categories = data(client.get(f"/support/reports/tickets/by-category?{TODAY}&priority=high,urgent"))
    for row in categories:
        assert [row["categoryName"], *list(row.values())[2:]] in [line[:7] for line in sheet]
    begins = sorted(chart.anchor._from.row for chart in book["Summary"]._charts)
    assert len(begins) >= 3
    # None lies over the next one: a row is half a centimetre high.
    assert all(below - above >= 16 for above, below in itertools.pairwise(begins))
    assert [sheet.page_setup.fitToWidth for sheet in book] == [1, 1, 1]


def test_the_default_file_reads_from_right_to_left_with_both_headings(cast):
    opened(cast.customer)
    book = workbook(Api(cast.manager).get(f"{PATH}/excel"))
    sheet = book.worksheets[2]
    assert sheet.sheet_view.rightToLeft
    assert sheet["B1"].value == "الموضوع · Subject"


def test_text_of_people_is_never_a_formula_and_always_fits_a_cell(cast):
    opened(cast.customer, subject="=1+1", description="@SUM(A1) \x0b\x1f" + "ن" * 9_000)
    client = Api(cast.manager)
    sheet = workbook(client.get(f"{PATH}/excel?language=en"))["Data"]
    assert (sheet["B2"].value, sheet["B2"].data_type, sheet["B2"].quotePrefix) == ("=1+1", "s", True)
    assert sheet["T2"].value.startswith("@SUM(A1) ن")
    assert len(excel.clean("a" * 40_000)) == 32_767
    raw = body(client.get(f"{PATH}/csv?language=en"))
    assert raw.startswith(b"\xef\xbb\xbf")
    [_head, row] = csv.reader(io.StringIO(raw.decode("utf-8-sig")))
    assert row[1] == "'=1+1"
    assert body(client.get(f"{PATH}/pdf")).startswith(b"%PDF")


def test_more_rows_than_a_sheet_holds_go_to_another(cast, monkeypatch):
    Maker(cast, 5).make(7)
    monkeypatch.setattr(excel, "MAX_ROWS", 4)
    book = workbook(Api(cast.manager).get(f"{PATH}/excel?{TODAY}&language=en"))
    assert book.sheetnames[2:] == ["Data", "Data 2", "Data 3"]
    assert [len(rows_of(book[name])) for name in book.sheetnames[2:]] == [4, 4, 2]


def test_the_tables_of_a_pdf_hold_the_figures_of_the_api(cast):
    Maker(cast, 4).make(30)
    ask = read_ask({"startDate": "2026-01-01", "endDate": "2026-01-31"}, cast.manager)
    totals = data(Api(cast.manager).get("/support/reports/tickets/overview?startDate=2026-01-01&endDate=2026-01-31"))
    with translation.override("ar"):
        [overview, *others] = summary.tables_of(ask)
        named = {line_name(line.name, "", "en") for table in others for line in table.lines}
    assert {"1 star", "5 stars"} <= named  # in the language of the file
    assert overview.total == totals["totals"]
    pdf_parts.bidi_text.register_fonts()
    table = list(pdf.figures_table(overview, "en", 700))[1]
    last = [cell.text for cell in table._cellvalues[-1]]
    assert last == ["Total", *(f"{value:,}" for value in totals["totals"].values())]


def test_arabic_is_put_into_visual_order_with_brackets_turned_and_numbers_whole():
    bidi_text.register_fonts()
    parts = [str(text) for text, _width in bidi_text.runs("رقم TKT-2026-000001 (جديد)", True, "Plex", 10)]
    plain = [text for text in parts if text.isascii()]
    assert plain == ["(", ") TKT-2026-000001 "]
    assert bidi_text.clean("a\u202eb\x00c") == "abc"


def asked(user, query=TODAY) -> Export:
    response = Api(user).get(f"{PATH}/csv?{query}")
    return Export.objects.get(pk=data(response, 202)["jobId"])


def shown(user, export) -> dict:
    return data(Api(user).get(f"/support/reports/exports/{export.pk}"))


def test_a_large_file_is_made_by_the_worker_and_fetched_for_a_day(cast, large):
    Maker(cast, 6).make(12)
    export = asked(cast.manager)
    assert shown(cast.manager, export) == {
        "id": str(export.pk), "status": "queued", "progress": 0, "rowCount": 12, "url": None, "expiresAt": None,
    }  # fmt: skip
    [entry] = Entry.objects.select_related("detail").filter(action="EXPORT_CREATED")
    assert entry.detail.new_values["rowCount"] == 12
    assert entry.detail.new_values["filters"]["startDate"] == "2026-01-01"
    assert running.run_all() == 1
    done = shown(cast.manager, export)
    assert (done["status"], done["progress"]) == ("done", 100)
    address = done["url"].removeprefix(settings.SITE_URL)
    assert len(list(csv.reader(io.StringIO(body(Api(cast.manager).get(address)).decode())))) == 13
    refusal(Api(cast.lead).get(address), 404, "not_found")
    assert Item.objects.filter(kind="export-ready", entity_id=str(export.pk)).count() == 1
    Export.objects.update(expires_at=timezone.now())
    refusal(Api(cast.manager).get(address), 404, "not_found")


def test_one_export_of_a_user_runs_at_a_time_and_another_user_does_not_wait(cast, large):
    opened(cast.customer)
    first, second, other = asked(cast.manager, ""), asked(cast.manager, ""), asked(cast.lead, "")
    assert operations.take_export().pk == first.pk
    assert operations.take_export().pk == other.pk
    assert operations.take_export() is None
    running.run(Export.objects.get(pk=first.pk))
    assert operations.take_export().pk == second.pk


def test_the_same_file_asked_for_twice_at_once_is_made_one_after_the_other_and_one_that_waits_can_be_cancelled(
    committed_cast, large
):
    opened(committed_cast.customer)
    manager, answers, taken = fresh(committed_cast.manager), [], []
    clients = [Api(manager) for _ in range(2)]
    at_once(*[lambda client=client: answers.append(data(client.get(f"{PATH}/csv"), 202)) for client in clients])
    jobs = {answer["jobId"] for answer in answers}
    assert len(jobs) == 2
    at_once(*[lambda: taken.append(operations.take_export())] * 2)
    [running_one] = [export for export in taken if export]
    [waiting] = jobs - {str(running_one.pk)}
    assert Export.objects.filter(status="running").count() == 1
    address = f"/support/reports/exports/{waiting}"
    refusal(Api(committed_cast.lead).delete(address), 404, "not_found")
    assert data(Api(manager).delete(address))["status"] == "cancelled"
    running.run(running_one)
    assert shown(manager, running_one)["status"] == "done"
    assert running.run_all() == 0  # what was cancelled while it waited is never begun
    assert data(Api(manager).get(address))["status"] == "cancelled"
    assert data(Api(manager).delete(f"/support/reports/exports/{running_one.pk}"))["status"] == "done"
    assert Entry.objects.filter(action="EXPORT_CANCELLED").count() == 1


def at_once(*acts) -> None:
    """Do these at the same moment, each over its own connection."""
    gate = threading.Barrier(len(acts))

    def one(act) -> None:
        try:
            gate.wait()
            act()
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(act,)) for act in acts]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]


def test_a_cancelled_export_stops_and_leaves_no_file(cast, large):
    opened(cast.customer)
    export = asked(cast.manager, "")
    taken = operations.take_export()
    assert data(Api(cast.manager).delete(f"/support/reports/exports/{export.pk}"))["status"] == "cancelled"
    running.run(taken)
    assert shown(cast.manager, export)["status"] == "cancelled"
    assert shown(cast.manager, export)["url"] is None


def test_an_export_whose_worker_was_killed_is_made_by_another(cast, large):
    opened(cast.customer)
    export = asked(cast.manager, "")
    killed = operations.take_export()
    assert operations.take_export() is None
    Export.objects.update(lease_until=timezone.now())
    again = operations.take_export()
    assert (again.pk, again.run == killed.run) == (export.pk, False)
    assert not operations.go_on(killed, written=1)
    running.run(again)
    assert shown(cast.manager, export)["status"] == "done"


def test_rights_that_went_meanwhile_fail_the_export(cast, large):
    opened(cast.customer)
    export = asked(cast.manager, "")
    with_rights(cast.manager, "reports.view")
    running.run_all()
    assert Export.objects.get(pk=export.pk).status == "failed"
    assert not Item.objects.filter(kind="export-ready").exists()


def test_files_need_both_rights(cast):
    reader = with_rights(cast.outsider, "reports.view", "tickets.view")
    assert refusal(Api(reader).get(f"{PATH}/pdf"), 403, "forbidden")["details"] == {"permission": "support.export"}
    refusal(Api(cast.manager).get(f"{PATH}/pdf?language=fr"), 400, "invalid")
    refusal(Api(cast.manager).get("/support/reports/exports/x"), 404, "not_found")


def test_a_worker_keeps_its_export_while_the_pages_are_laid_out(cast):
    opened(cast.customer)
    written: list[int] = []
    pdf.write(read_ask({}, fresh(cast.manager), only=FILTERS), "en", io.BytesIO(), written.append)
    assert written.count(1) > 2  # once for the rows, then for each page


def test_a_file_that_nobody_waits_for_any_more_is_not_made_to_its_end(cast):
    Maker(cast, 3).make(120)
    client, asked = Client(), []

    def leave_after_the_first_page() -> bool:
        asked.append(True)
        return len(asked) == 2

    headers = {"Authorization": f"Bearer {open_family(cast.manager).access}"}
    environ = {"support.client_has_left": leave_after_the_first_page}
    with capture_logs() as logs:
        answer = client.get(f"{PATH}/pdf?{TODAY}", headers=headers, **environ)
    assert (answer.status_code, answer.content) == (499, b"")
    assert len(asked) == 2
    assert [line["event"] for line in logs if line["event"] == "export_left"]
    environ = {"support.client_has_left": lambda: False}
    whole = client.get(f"{PATH}/pdf?{TODAY}", headers=headers, **environ)
    assert body(whole).startswith(b"%PDF")
