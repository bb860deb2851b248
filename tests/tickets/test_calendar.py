"""The business calendar, held against a model that looks at every single minute."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tickets.sla.calendar import DAY, Calendar, Interval, always, moment

UTC = datetime.UTC
MINUTE = datetime.timedelta(minutes=1)
RIYADH = ZoneInfo("Asia/Riyadh")
# With a change of the clock within the days that are looked at: forward, back, and by half an hour.
ZONES = [
    (ZoneInfo("Asia/Riyadh"), datetime.date(2026, 3, 1)),
    (ZoneInfo("Europe/Berlin"), datetime.date(2026, 3, 28)),
    (ZoneInfo("Europe/Berlin"), datetime.date(2026, 10, 24)),
    (ZoneInfo("America/New_York"), datetime.date(2026, 11, 1)),
    (ZoneInfo("Africa/Cairo"), datetime.date(2026, 4, 23)),
    (ZoneInfo("Australia/Lord_Howe"), datetime.date(2026, 4, 4)),
    (ZoneInfo("Australia/Lord_Howe"), datetime.date(2026, 10, 3)),
]
DAYS = 3


@st.composite
def weeks(draw):
    """Any week: several intervals a day, also overlapping, overnight, of no length, or none."""
    starts = st.integers(0, DAY - 1)
    lengths = st.one_of(st.integers(0, DAY), st.just(0), st.just(DAY))
    interval = st.builds(lambda start, length: Interval(start, start + length), starts, lengths)
    return {day: tuple(draw(st.lists(interval, max_size=3))) for day in range(1, 8)}


@st.composite
def calendars(draw):
    """A calendar and the first of the days to look at; some of them are holidays."""
    zone, first = draw(st.sampled_from(ZONES))
    days = st.sampled_from([first + datetime.timedelta(days=n) for n in range(-1, DAYS + 1)])
    return Calendar(zone, draw(weeks()), frozenset(draw(st.lists(days, max_size=2)))), first


def by_minutes(calendar: Calendar, first: datetime.date) -> list[tuple[datetime.datetime, bool]]:
    """Every minute of the days and whether it is open, found by walking along the clock on the wall."""
    start = datetime.datetime.combine(first, datetime.time(), UTC) - datetime.timedelta(days=1)
    moments = [start + MINUTE * n for n in range((DAYS + 2) * DAY)]
    walk = [start - datetime.timedelta(days=3) + MINUTE * n for n in range((DAYS + 8) * DAY)]
    walls = [at.astimezone(calendar.zone).replace(tzinfo=None) for at in walk]

    reached: dict[datetime.datetime, datetime.datetime] = {}
    highest = walls[0]
    for at, wall in zip(walk, walls, strict=True):
        while highest <= wall:  # the first time the clock shows this, or has passed it
            reached.setdefault(highest, at)
            highest += MINUTE
    open_minutes: set[datetime.datetime] = set()
    for offset in range(-3, DAYS + 2):  # west of Greenwich the first moment lies on the evening of the day before
        day = first + datetime.timedelta(days=offset)
        if day in calendar.holidays:
            continue
        midnight = datetime.datetime.combine(day, datetime.time())
        for each in calendar.weekly.get(day.isoweekday(), ()):
            at, end = reached[midnight + MINUTE * each.start], reached[midnight + MINUTE * each.end]
            while at < end:
                open_minutes.add(at)
                at += MINUTE
    return [(at, at in open_minutes) for at in moments]


@settings(max_examples=20, deadline=None)
@given(calendars(), st.data())
def test_it_is_open_in_the_minutes_that_the_clock_on_the_wall_says(found, data):
    calendar, first = found
    minutes = by_minutes(calendar, first)
    for at, is_open in data.draw(st.lists(st.sampled_from(minutes), min_size=40, max_size=40)):
        assert calendar.is_open(at) is is_open, at
        assert calendar.is_open(at + datetime.timedelta(seconds=59)) is is_open, at


@settings(max_examples=20, deadline=None)
@given(calendars(), st.data())
def test_the_seconds_between_two_moments_are_those_of_the_open_minutes_between(found, data):
    calendar, first = found
    minutes = by_minutes(calendar, first)
    places = st.integers(0, len(minutes) - 1)
    for _ in range(10):
        low, high = sorted((data.draw(places), data.draw(places)))
        counted = 60 * sum(is_open for _, is_open in minutes[low:high])
        assert calendar.seconds_between(minutes[low][0], minutes[high][0]) == counted
        assert calendar.seconds_between(minutes[high][0], minutes[low][0]) == 0


@settings(max_examples=20, deadline=None)
@given(calendars(), st.data())
def test_the_next_opening_is_the_first_open_minute(found, data):
    calendar, first = found
    minutes = by_minutes(calendar, first)
    for _ in range(10):
        place = data.draw(st.integers(0, len(minutes) - 1))
        wanted = next((at for at, is_open in minutes[place:] if is_open), None)
        opens = calendar.next_open(minutes[place][0])
        if wanted is not None:
            assert opens == wanted
        else:
            assert opens is None or opens > minutes[-1][0]


@settings(max_examples=100, deadline=None)
@given(calendars(), st.integers(1, 200_000), st.integers(0, DAYS * DAY))
def test_adding_open_seconds_is_what_counting_them_finds(found, seconds, minute):
    calendar, first = found
    start = datetime.datetime.combine(first, datetime.time(), UTC) + MINUTE * minute
    end = calendar.add_seconds(start, seconds)
    if end is None:
        assert calendar.seconds_between(start, start + datetime.timedelta(days=700)) < seconds
        return
    assert calendar.seconds_between(start, end) == seconds
    assert calendar.seconds_between(start, end - datetime.timedelta(microseconds=1)) < seconds
    assert calendar.add_seconds(start, 0) == start


@given(calendars(), st.data())
def test_seconds_of_two_stretches_add_up(found, data):
    calendar, first = found
    start = datetime.datetime.combine(first, datetime.time(), UTC)
    a, b = sorted(data.draw(st.lists(st.integers(0, 400_000), min_size=2, max_size=2)))
    middle, end = (start + datetime.timedelta(seconds=n) for n in (a, b))
    parts = calendar.seconds_between(start, middle) + calendar.seconds_between(middle, end)
    assert calendar.seconds_between(start, end) == parts


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=RIYADH)


SHOP = Calendar(
    RIYADH,
    {day: (Interval.read("09:00-12:00"), Interval.read("13:00-17:00")) for day in (7, 1, 2, 3)}
    | {4: (Interval.read("22:00-02:00"),)},
    frozenset({datetime.date(2026, 3, 3)}),
)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-03-01 08:59:59", False),
        ("2026-03-01 09:00", True),
        ("2026-03-01 11:59:59", True),
        ("2026-03-01 12:00", False),
        ("2026-03-01 13:00", True),
        ("2026-03-03 10:00", False),  # a holiday
        ("2026-03-05 23:00", True),
        ("2026-03-06 01:59", True),  # still Thursday's night
        ("2026-03-06 02:00", False),
        ("2026-03-06 10:00", False),  # Friday
    ],
)
def test_a_week_as_a_shop_has_it(moment, is_open):
    assert SHOP.is_open(at(moment)) is is_open


def test_what_is_worked_over_a_week_end_and_a_holiday():
    assert SHOP.next_open(at("2026-03-06 02:00")) == at("2026-03-08 09:00")
    assert SHOP.next_open(at("2026-03-02 17:00")) == at("2026-03-04 09:00")
    assert SHOP.next_close(at("2026-03-01 08:00")) == at("2026-03-01 12:00")
    assert SHOP.seconds_between(at("2026-03-01 00:00"), at("2026-03-08 00:00")) == (3 * 7 + 4) * 3600
    assert SHOP.add_seconds(at("2026-03-02 16:00"), 2 * 3600) == at("2026-03-04 10:00")


def test_a_calendar_without_hours_never_opens_and_ends_all_the_same():
    closed = Calendar(RIYADH, {1: (Interval(540, 540),)})
    now = at("2026-03-01 09:00")
    assert (closed.is_open(now), closed.next_open(now), closed.next_close(now)) == (False, None, None)
    assert (closed.seconds_between(now, at("2026-04-01 09:00")), closed.add_seconds(now, 1)) == (0, None)


def test_around_the_clock_is_every_second():
    open_always, now = always(RIYADH), at("2026-03-01 09:00")
    assert open_always.seconds_between(now, at("2026-05-01 09:00")) == 61 * 86_400
    assert open_always.add_seconds(now, 86_400 * 90) == now + datetime.timedelta(days=90)


def test_a_day_that_a_country_skipped_has_no_hours():
    apia = ZoneInfo("Pacific/Apia")
    skipped = datetime.date(2011, 12, 30)
    assert moment(skipped, 540, apia) == moment(skipped, 1020, apia) == moment(datetime.date(2011, 12, 31), 0, apia)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("09:00-17:00", 540, 1020),
        (" 9 – 17 ", 540, 1020),
        ("00:00-24:00", 0, 1440),
        ("22:00-06:00", 1320, 1800),
        ("18:00-00:00", 1080, 1440),
        ("09:00-09:00", 540, 540),
    ],
)
def test_hours_are_read_as_they_are_written(text, start, end):
    assert Interval.read(text) == Interval(start, end)
    assert Interval.read(str(Interval(start, end))) == Interval(start, end)


@pytest.mark.parametrize(
    "text", ["", "9", "09:00", "24:00-25:00", "24:30-06:00", "24:00-06:00", "9-5-3", "a-b", "09:60-10"]
)
def test_what_is_no_hours_is_refused(text):
    with pytest.raises(ValueError):
        Interval.read(text)


def test_a_moment_around_the_clock_is_found_in_its_own_days(monkeypatch):
    looked_at = []
    of_day = Calendar.intervals_of
    monkeypatch.setattr(Calendar, "intervals_of", lambda self, day: looked_at.append(day) or of_day(self, day))
    start = at("2026-03-01 08:00")
    whole_days = Calendar(RIYADH, {day: (Interval(0, 1440),) for day in range(1, 8)})
    assert whole_days.add_seconds(start, 30 * 3600) == start + datetime.timedelta(hours=30)
    assert len(looked_at) <= 5
