"""The reports' pages in the back office."""

from __future__ import annotations

import re

import pytest

from reports import running
from reports.registry import reports
from tests.api import Api, data
from tests.backoffice.door import Pages
from tests.reports.history import Maker
from tests.tickets.acts import opened

QUERY = "startDate=2026-01-01&endDate=2026-02-20"


@pytest.mark.parametrize("key", sorted(reports()))
def test_every_report_has_a_page_in_arabic(cast, key):
    Maker(cast, 9).make(12)
    page = Pages(cast.manager).get(f"/admin/reports/{key}?{QUERY}")
    assert page.status_code == 200
    html = page.content.decode()
    assert "report-table" in html
    assert 'style="' not in html  # the policy would not let it count


def test_a_page_shows_the_figures_of_the_api_and_leads_to_their_rows(cast):
    Maker(cast, 9).make(30)
    html = Pages(cast.manager).get(f"/admin/reports/by-category?{QUERY}").content.decode()
    for row in data(Api(cast.manager).get(f"/support/reports/tickets/by-category?{QUERY}")):
        line = re.search(
            rf"<th scope=\"row\">[^<]*</th>(?:(?!</tr>).)*?value={row['categoryId'] or 'none'}\".*?</tr>", html, re.S
        )
        assert line is not None
        assert f">{row['totalTickets']}</a>" in line[0]
    address = re.search(r'href="(/admin/reports/by-category/rows[^"]+)"', html)[1].replace("&amp;", "&")
    rows = Pages(cast.manager).get(address).content.decode()
    assert "TKT-2026-" in rows


def test_who_may_not_see_reports_finds_neither_page_nor_entry(cast):
    assert Pages(cast.agent).get("/admin/reports").status_code == 403
    assert "/admin/reports" not in Pages(cast.agent).get("/admin/").content.decode()
    assert "/admin/reports" in Pages(cast.manager).get("/admin/").content.decode()


def test_a_malformed_filter_is_said_on_the_page(cast):
    assert Pages(cast.manager).get("/admin/reports/overview?startDate=x").status_code == 400
    assert Pages(cast.manager).get("/admin/reports/nothing").status_code == 404


def test_days_are_typed_in_the_digits_of_either_script(cast):
    for first, last in (("2026-01-01", "2026-01-31"), ("٢٠٢٦-٠١-٠١", "٢٠٢٦-٠١-٣١")):
        page = Pages(cast.manager).get(f"/admin/reports/overview?startDate={first}&endDate={last}")
        assert page.status_code == 200
        assert 'name="startDate" value="2026-01-01"' in page.content.decode()


@pytest.mark.parametrize("page", ["overview", "files/csv", "overview/rows"])
def test_a_filter_that_no_page_or_file_declares_is_refused(cast, page):
    answer = Pages(cast.lead).get(f"/admin/reports/{page}?assignee__password__startswith=p")
    assert answer.status_code == 400


def test_a_large_file_is_queued_shown_and_fetched(cast, settings, storage):
    settings.EXPORT_STREAM_ROWS = 0
    opened(cast.customer)
    pages = Pages(cast.manager)
    assert pages.get("/admin/reports/files/csv").headers["Location"] == "/admin/reports/exports"
    assert "data-again" in pages.get("/admin/reports/exports").content.decode()
    running.run_all()
    html = pages.get("/admin/reports/exports").content.decode()
    address = re.search(r'href="(/admin/reports/exports/[^"]+/file)"', html)[1]
    assert b"TKT-" in b"".join(pages.get(address).streaming_content)
