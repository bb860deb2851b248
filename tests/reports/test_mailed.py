"""Saved reports: sent every day, week or month, each once, with what their owner may see at that moment."""

from __future__ import annotations

import datetime
import threading
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection

from audit.models import Entry
from core.errors import Invalid
from notifications.models import Item
from reports import running
from reports.mailed import operations
from reports.mailed.models import SavedReport
from reports.mailed.operations import SavedValues
from reports.mailed.schedule import days_of, next_due
from reports.models import Export
from reports.tasks import send_due_reports
from tests.cast import fresh
from tests.tickets.acts import opened
from tests.tickets_admin.desk import Desk

UTC = datetime.UTC
SATURDAY = datetime.datetime(2026, 3, 7, 9, 0, tzinfo=UTC)
MONDAY = datetime.datetime(2026, 3, 9, 4, 0, tzinfo=UTC)
"""Seven in the morning in Riyadh."""
FORM = {"name": "Each week", "every": "week", "format": "csv", "language": "en", "timezone": "Asia/Riyadh"}


@pytest.mark.parametrize(
    ("every", "zone", "after", "due", "days"),
    [
        ("day", "Asia/Riyadh", "2026-03-07T04:00", "2026-03-08T04:00", ("2026-03-07", "2026-03-07")),
        ("day", "Asia/Riyadh", "2026-03-07T03:59", "2026-03-07T04:00", ("2026-03-06", "2026-03-06")),
        ("day", "America/New_York", "2026-03-07T12:00", "2026-03-08T11:00", ("2026-03-07", "2026-03-07")),
        ("week", "Asia/Riyadh", "2026-03-09T04:00", "2026-03-16T04:00", ("2026-03-09", "2026-03-15")),
        ("month", "Asia/Riyadh", "2026-02-02T00:00", "2026-03-01T04:00", ("2026-02-01", "2026-02-28")),
    ],
)
def test_it_is_due_at_seven_on_the_clock_of_its_zone_about_what_is_over(every, zone, after, due, days):
    found = next_due(every, ZoneInfo(zone), datetime.datetime.fromisoformat(after).replace(tzinfo=UTC))
    assert found == datetime.datetime.fromisoformat(due).replace(tzinfo=UTC)
    assert tuple(day.isoformat() for day in days_of(every, ZoneInfo(zone), found)) == days


@pytest.fixture
def saved(cast) -> SavedReport:
    """A weekly report of the manager's, saved on a Saturday."""
    with time_machine.travel(SATURDAY, tick=False):
        return operations.save_report(
            SavedValues("Each week", "week", "csv", "en", "Asia/Riyadh", {"priority": "high"}), by=fresh(cast.manager)
        )


def test_a_report_saved_on_its_page_comes_once_a_week_about_the_week_before(cast, storage):
    with time_machine.travel(SATURDAY, tick=False):
        desk = Desk(cast.manager)
        page = desk.client.get("/admin/reports/overview?priority=high&timezone=Asia/Riyadh").content.decode()
        assert '<input type="hidden" name="priority" value="high">' in page
        answer = desk.client.post("/admin/reports/saved", {**FORM, "priority": "high"}, follow=True)
        assert "Each week" in answer.content.decode()
        assert "2026-03-09 07:00" in answer.content.decode()
        high = opened(cast.customer, priority="high")
        low = opened(cast.customer, priority="low")
        assert send_due_reports() == 0
    with time_machine.travel(MONDAY, tick=False):
        assert (send_due_reports(), send_due_reports()) == (1, 0)
        running.run_all()
        [export] = Export.objects.all()
        file = Desk(cast.manager).client.get(f"/admin/reports/exports/{export.pk}/file")
        text = b"".join(file.streaming_content).decode()
        assert high["ticketNumber"] in text
        assert low["ticketNumber"] not in text
    days = {"startDate": "2026-03-02", "endDate": "2026-03-08", "timezone": "Asia/Riyadh"}
    assert export.parameters == {**days, "priority": "high", "language": "en"}
    assert export.expires_at == MONDAY + datetime.timedelta(days=7)
    assert Item.objects.filter(kind="report-ready", entity_id=str(export.pk)).count() == 1
    assert Entry.objects.filter(action="EXPORT_CREATED", actor_id=cast.manager.pk).count() == 1
    with time_machine.travel(MONDAY + datetime.timedelta(days=7), tick=False):
        assert send_due_reports() == 1


def test_it_is_paused_with_a_reason_when_the_right_goes_and_goes_on_when_it_is_back(cast, saved):
    groups = list(cast.manager.groups.all())
    cast.manager.groups.clear()
    with time_machine.travel(MONDAY, tick=False):
        assert (send_due_reports(), send_due_reports()) == (1, 0)
    saved.refresh_from_db()
    assert saved.paused == "rights"
    assert not Export.objects.exists()
    assert Item.objects.filter(kind="report-paused", entity_id=str(saved.pk)).count() == 1
    assert Entry.objects.filter(action="SAVED_REPORT_PAUSED", entity_id=str(saved.pk)).count() == 1
    cast.manager.groups.set(groups)
    desk = Desk(cast.manager)
    assert "Paused: the right" in desk.client.get("/admin/reports/exports").content.decode()
    with time_machine.travel(MONDAY + datetime.timedelta(days=1), tick=False):
        desk.client.post(f"/admin/reports/saved/{saved.pk}/resume")
    saved.refresh_from_db()
    assert (saved.paused, saved.next_at) == ("", MONDAY + datetime.timedelta(days=7))


def test_two_workers_at_once_send_it_once(committed_cast):
    with time_machine.travel(SATURDAY, tick=False):
        values = SavedValues("Each week", "week", "csv", "en", "Asia/Riyadh")
        operations.save_report(values, by=fresh(committed_cast.manager))

    def send() -> None:
        send_due_reports()
        connection.close()

    with time_machine.travel(MONDAY, tick=False):
        threads = [threading.Thread(target=send) for _ in range(2)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
    assert Export.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""}, {"name": "x" * 101}, {"name": "Each week"}, {"every": "year"}, {"format": "exe"},
        {"language": "fr"}, {"time_zone": "Mars"}, {"filters": {"priority": "loud"}},
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_is_saved(cast, saved, wrong):
    given = {"name": "Other", "every": "day", "format": "pdf", "language": "ar", "time_zone": "UTC"}
    with pytest.raises(Invalid):
        operations.save_report(SavedValues(**{**given, **wrong}), by=fresh(cast.manager))
    assert SavedReport.objects.count() == 1


def test_only_its_owner_deletes_it(cast, saved):
    address = f"/admin/reports/saved/{saved.pk}/delete"
    assert Desk(cast.administrator).client.post(address).status_code == 404
    assert Desk(cast.manager).client.get(address).status_code == 405
    Desk(cast.manager).client.post(address)
    assert not SavedReport.objects.exists()
