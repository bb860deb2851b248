"""The working hours in the back office: one page, written by its operation."""

import datetime
from functools import partial
from zoneinfo import ZoneInfo

import pytest
import time_machine

from audit.models import Entry
from tests.sla.acts import at, moment, office_hours, policy
from tests.tickets.acts import opened
from tests.tickets_admin.desk import fields_of, text_of, words_of
from tickets.models import BusinessCalendar, Ticket
from tickets.sla import hours
from tickets.sla.hours import calendar_of
from tickets.sla.refresh import refresh_all

RIYADH = partial(datetime.datetime, tzinfo=ZoneInfo("Asia/Riyadh"))

HOURS = "/admin/tickets/businesscalendar/"


@pytest.fixture
def page(cast, desk):
    """The manager's client and the address of the site's own calendar, found in the list."""
    manager = desk(cast.manager)
    address = f"{HOURS}{kept().pk}/change/"
    assert address in text_of(manager.client.get(HOURS))
    return manager, address


def send(page, **typed):
    manager, address = page
    return manager.client.post(address, {**fields_of(manager.client.get(address), ""), **typed})


def kept():
    return BusinessCalendar.objects.get(is_default=True)


def test_saving_it_as_it_stands_changes_nothing(page):
    assert send(page).status_code == 302
    assert kept().version == 1
    assert not Entry.objects.filter(entity_type="calendar").exists()


def test_hours_and_holidays_are_kept_in_one_form_and_audited(page):
    typed = {"day7": "9-12، 13:30 – 17:00", "day5": "22:00-06:00", "day4": "", "time_zone": "Europe/Berlin"}
    typed |= {"holiday_0_from": "2026-09-23", "holiday_0_nameAr": "اليوم الوطني", "holiday_0_nameEn": "National Day"}
    typed |= {"holiday_2_from": "2026-03-19", "holiday_2_to": "2026-03-23", "holiday_2_nameEn": "Eid"}
    assert send(page, **typed).status_code == 302
    row = kept()
    assert row.weekly == {
        **{day: ["09:00-17:00"] for day in "123"},
        "5": ["22:00-06:00"],
        "7": ["09:00-12:00", "13:30-17:00"],
    }
    assert row.holidays == [
        {"from": "2026-03-19", "to": "2026-03-23", "nameAr": "", "nameEn": "Eid"},
        {"from": "2026-09-23", "to": "2026-09-23", "nameAr": "اليوم الوطني", "nameEn": "National Day"},
    ]
    detail = Entry.objects.select_related("detail").get(action="CALENDAR_UPDATED").detail
    assert detail.old_values["timeZone"] == "Asia/Riyadh"
    assert detail.new_values["weekly"]["5"] == ["22:00-06:00"]
    assert send(page, holiday_0_from="", holiday_0_to="", holiday_0_nameEn="").status_code == 302
    assert [each["nameEn"] for each in kept().holidays] == ["National Day"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"day1": "nine to five"}, "Write hours as 09:00-17:00"),
        ({"day1": "25:00-26:00"}, "Write hours as"),
        ({"day1": "09:00-09:00"}, "end when they begin"),
        ({"day1": "09:00-17:00, 16:00-18:00"}, "overlap"),
        ({"day1": ",".join(f"{hour:02}:00-{hour:02}:30" for hour in range(7))}, "At most 6"),
        ({"time_zone": "Mars/Base"}, "valid choice"),
        ({"holiday_0_nameEn": "Some day"}, "day on which it begins is missing"),
        ({"holiday_0_from": "2026-02-30"}, "valid date"),
        ({"holiday_0_from": "2026-03-02", "holiday_0_to": "2026-03-01"}, "a later one"),
        ({"holiday_0_from": "2026-01-01", "holiday_0_to": "2026-12-31"}, "at most 60 days"),
        ({"override_0_from": "2026-03-01", "override_0_nameEn": "X"}, "need a day that is worked"),
        ({"override_0_day7": "10-16"}, "day on which it begins is missing"),
        ({"override_0_from": "2026-03-01", "override_0_day7": "ten"}, "Write hours as"),
        ({"seen_version": "7"}, "Someone changed this meanwhile"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(page, typed, said):
    refused = send(page, **typed)
    assert refused.status_code == 200
    assert said in words_of(refused)
    assert kept().version == 1


RAMADAN = {
    "override_0_from": "2026-02-18",
    "override_0_to": "2026-03-18",
    "override_0_nameAr": "رمضان",
    "override_0_nameEn": "Ramadan",
    **{f"override_0_day{day}": "10:00-16:00" for day in "71234"},
}


def test_other_hours_take_the_place_of_the_week_for_their_days_and_are_pictured(page):
    manager, address = page
    assert send(page, **RAMADAN).status_code == 302
    [kept_row] = kept().overrides
    assert (kept_row["from"], kept_row["to"], kept_row["nameEn"]) == ("2026-02-18", "2026-03-18", "Ramadan")
    assert kept_row["weekly"] == {day: ["10:00-16:00"] for day in "12347"}
    calendar = calendar_of(kept())
    open_at = [calendar.is_open(RIYADH(2026, 3, *at)) for at in ((1, 15, 59), (1, 16), (1, 9, 30), (22, 9, 30))]
    assert open_at == [True, False, False, True]
    with time_machine.travel(RIYADH(2026, 3, 15, 12), tick=False):
        said = words_of(manager.client.get(address))
    assert "Sunday to Thursday, 10:00 AM to 4:00 PM" in said
    assert "Wednesday 18 March 10:00 AM to 4:00 PM Ramadan" in said
    assert "Thursday 19 March 9:00 AM to 5:00 PM" in said
    assert send(page, override_0_drop="on").status_code == 302
    assert kept().overrides == []


def test_another_day_adds_a_version_of_the_week_and_keeps_the_earlier_one(page):
    before = kept().weekly
    assert send(page, counts_from="2026-06-01", day6="10:00-14:00").status_code == 302
    row = kept()
    assert (row.weekly, row.changes) == (
        before,
        [{"from": "2026-06-01", "weekly": {**before, "6": ["10:00-14:00"]}}],
    )
    calendar = calendar_of(row)
    assert [calendar.is_open(RIYADH(2026, *day, 11)) for day in ((5, 30), (6, 6))] == [False, True]
    assert send(page).status_code == 302
    assert kept().version == 2
    assert send(page, dropped="2026-06-01").status_code == 302
    assert (kept().weekly, kept().changes) == (before, [])


def test_public_holidays_are_offered_filled_in_and_kept_only_when_saved(page):
    manager, address = page
    with time_machine.travel(RIYADH(2026, 1, 5), tick=False):
        offer = f"{address}?holidays=2026"
        shown = fields_of(manager.client.get(offer), "")
        assert kept().holidays == []
        assert manager.client.post(offer, shown).status_code == 302
        rows = kept().holidays
        again = fields_of(manager.client.get(offer), "")
    assert {
        "from": "2026-09-23",
        "to": "2026-09-23",
        "nameAr": "اليوم الوطني",
        "nameEn": "National Day Holiday",
    } in rows
    assert [row["to"] for row in rows if row["from"] == "2026-03-19"] == ["2026-03-24"]
    assert not again[f"holiday_{len(rows)}_from"]


def test_another_calendar_can_be_made_and_become_the_sites_own(page):
    manager, _address = page
    add = f"{HOURS}add/"
    typed = {"name_ar": "الدعم الفني", "name_en": "Technical support", "day6": "10-14"}
    assert manager.client.post(add, {**fields_of(manager.client.get(add), ""), **typed}).status_code == 302
    other = BusinessCalendar.objects.get(name_en="Technical support")
    assert (other.weekly, other.is_default, other.time_zone) == ({"6": ["10:00-14:00"]}, False, "Asia/Riyadh")
    there = f"{HOURS}{other.pk}/change/"
    form = fields_of(manager.client.get(there), "")
    assert manager.client.post(there, {**form, "own": "on"}).status_code == 302
    assert kept() == other
    assert hours.describe("en") == "Saturday, 10:00 AM to 2:00 PM"
    assert Entry.objects.filter(action="CALENDAR_CREATED").count() == 1


def test_open_tickets_follow_an_edit_of_the_calendar(page, cast):
    with at(0):
        policy(cast.administrator, first=60, resolution=480, calendar=office_hours())
        ticket = opened(cast.customer)
        before = Ticket.objects.get(pk=ticket["id"]).resolution_due_at
        assert send(page, holiday_0_from="2026-03-01", holiday_0_nameEn="Closed").status_code == 302
        refresh_all()
    assert before == moment(8)
    assert Ticket.objects.get(pk=ticket["id"]).resolution_due_at == moment(32)


def test_the_page_says_what_customers_are_told(page):
    manager, address = page
    assert "Sunday to Thursday, 9:00 AM to 5:00 PM" in words_of(manager.client.get(address))


@pytest.mark.parametrize("person", ["agent", "lead"])
def test_who_may_not_keep_the_hours_does_not(cast, desk, person):
    user = desk(getattr(cast, person))
    address = f"{HOURS}{kept().pk}/change/"
    assert user.client.get(HOURS).status_code == 403
    assert user.client.get(address).status_code == 403
    assert user.client.post(address, {"day1": ""}).status_code == 403
    assert kept().version == 1
