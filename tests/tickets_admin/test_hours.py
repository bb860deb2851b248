"""The working hours in the back office: one page, written by its operation."""

import pytest

from audit.models import Entry
from tests.tickets_admin.desk import fields_of, words_of
from tickets.models import BusinessCalendar

HOURS = "/admin/tickets/businesscalendar/"


@pytest.fixture
def page(cast, desk):
    """The manager's client and the address of the one calendar, found as he finds it."""
    manager = desk(cast.manager)
    return manager, manager.client.get(HOURS).headers["Location"]


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
        ({"holiday_0_nameEn": "Some day"}, "needs the day"),
        ({"holiday_0_from": "2026-02-30"}, "valid date"),
        ({"holiday_0_from": "2026-03-02", "holiday_0_to": "2026-03-01"}, "or later"),
        ({"holiday_0_from": "2026-01-01", "holiday_0_to": "2026-12-31"}, "at most"),
        ({"seen_version": "7"}, "Someone changed this meanwhile"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(page, typed, said):
    refused = send(page, **typed)
    assert refused.status_code == 200
    assert said in words_of(refused)
    assert kept().version == 1


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
