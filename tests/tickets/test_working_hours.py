"""The site's hours: what is stored, asked and told to customers in their language."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest

from accounts.models import User
from core.errors import Forbidden, Invalid, NotFound, Stale
from tickets.models import BusinessCalendar
from tickets.operations import save_calendar
from tickets.sla import hours
from tickets.sla.calendar import Calendar, Interval, always

pytestmark = pytest.mark.django_db
RIYADH = ZoneInfo("Asia/Riyadh")
SUNDAY, FRIDAY = datetime.datetime(2026, 3, 1, tzinfo=RIYADH), datetime.datetime(2026, 3, 6, tzinfo=RIYADH)


def kept():
    return BusinessCalendar.objects.get(is_default=True)


def test_an_installation_works_sunday_to_thursday_nine_to_five_in_riyadh(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert hours.open_now(SUNDAY.replace(hour=9))
    assert not hours.open_now(SUNDAY.replace(hour=17))
    assert not hours.open_now(FRIDAY.replace(hour=12))
    assert hours.next_open(FRIDAY) == datetime.datetime(2026, 3, 8, 9, tzinfo=RIYADH)
    assert hours.describe("en") == "Sunday to Thursday, 9:00 AM to 5:00 PM"
    assert hours.describe("ar") == "من الأحد إلى الخميس، من 9:00 صباحًا إلى 5:00 مساءً"


def test_both_languages_take_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        arabic, english = hours.describe_in_both()
    assert (arabic, english) == (hours.describe("ar"), hours.describe("en"))


def test_a_change_counts_at_once(cast):
    day = SUNDAY.date().isoformat()
    save_calendar(kept().pk, changes={"holidays": [{"from": day, "nameEn": "Founding Day"}]}, by=cast.manager)
    assert not hours.open_now(SUNDAY.replace(hour=9))
    save_calendar(kept().pk, changes={"holidays": [], "weekly": {"5": ["10-12", "20:00-02:00"]}}, by=cast.manager)
    assert hours.open_now(FRIDAY.replace(hour=11))
    assert hours.open_now(FRIDAY + datetime.timedelta(hours=25))
    assert kept().version == 3


def test_without_a_calendar_it_is_always_open():
    BusinessCalendar.objects.all().delete()
    assert hours.open_now(FRIDAY)
    assert hours.describe("en") == "every day, around the clock"
    assert hours.describe("ar") == "كل يوم، على مدار الساعة"


def test_what_cannot_be_read_of_a_stored_calendar_is_left_out():
    BusinessCalendar.objects.update(
        time_zone="Mars/Base",
        weekly={"7": ["nonsense", None, "09:00-17:00"], "x": ["09:00-10:00"]},
        holidays=[{}, {"from": "never", "to": ""}, {"from": "2026-03-08", "to": "2026-03-08"}],
        updated_at=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
    )
    assert hours.open_now(SUNDAY.replace(hour=9))
    assert not hours.open_now(SUNDAY.replace(day=8, hour=9))


@pytest.mark.parametrize(
    ("weekly", "english"),
    [
        ({}, "closed"),
        ({1: ["09:00-12:00", "13:30-17:00"]}, "Monday, 9:00 AM to 12:00 PM and 1:30 PM to 5:00 PM"),
        ({7: ["22:00-06:00"], 1: ["22:00-06:00"]}, "Sunday to Monday, 10:00 PM to 6:00 AM"),
        ({7: ["9-17"], 2: ["9-17"]}, "Sunday, 9:00 AM to 5:00 PM; Tuesday, 9:00 AM to 5:00 PM"),
        ({day: ["00:00-24:00"] for day in range(1, 8)}, "every day, around the clock"),
        ({3: ["09:00-09:00"]}, "closed"),
    ],
)
def test_hours_are_told_in_words(weekly, english):
    read = {day: tuple(map(Interval.read, texts)) for day, texts in weekly.items()}
    calendar = Calendar(RIYADH, read)
    assert hours.in_words(calendar, "en") == english
    assert not set("abcdefghijklmnopqrstuvwxyz") & set(hours.in_words(calendar, "ar").lower())


def test_saving_refuses_who_may_not_what_is_unknown_and_what_was_seen_otherwise(cast):
    pk, closed = kept().pk, {"weekly": {}}
    for who in (cast.agent, cast.lead, cast.customer):
        with pytest.raises(Forbidden):
            save_calendar(pk, changes=closed, by=User.objects.get(pk=who.pk))
    with pytest.raises(NotFound):
        save_calendar(999_999, changes=closed, by=cast.manager)
    with pytest.raises(Stale):
        save_calendar(pk, changes=closed, by=cast.manager, version=2)
    for wrong in ({"time_zone": "Mars/Base"}, {"weekly": {"1": ["x"]}}, {"holidays": [{"to": "2026-01-01"}]}):
        with pytest.raises(Invalid):
            save_calendar(pk, changes=wrong, by=cast.manager)
    assert kept().version == 1
    assert always(RIYADH).is_open(FRIDAY)
