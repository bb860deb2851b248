"""The edges of the clock to the second: half-open ends, nights on which the wall clock changes, holidays."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest

from tickets.sla.calendar import Calendar, Interval
from tickets.sla.clock import History, Metric, Terms, Traits, clock_of

SECOND = datetime.timedelta(seconds=1)
HOUR = 3600
RIYADH, BERLIN = ZoneInfo("Asia/Riyadh"), ZoneInfo("Europe/Berlin")
OFFICE = {day: (Interval.read("09:00-17:00"),) for day in (7, 1, 2, 3, 4)}
NIGHT = {day: (Interval.read("22:00-06:00"),) for day in range(1, 8)}
NATIONAL_DAY = frozenset({datetime.date(2026, 9, 23)})


def riyadh(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(f"2026-{text}").replace(tzinfo=RIYADH)


def utc(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(f"2026-{text}").replace(tzinfo=datetime.UTC)


def first_response(calendar, created_at, target, now, answered_at=None):
    """The first promise of a ticket opened then, with a target in seconds."""
    traits = Traits(2)
    terms = Terms(calendar, {(Metric.FIRST_RESPONSE, 2): target})
    replies = [(answered_at, False)] if answered_at else []
    history = History(created_at, [(created_at, "open")], [(created_at, traits)], replies)
    return clock_of(history, lambda _traits: terms, now).present(Metric.FIRST_RESPONSE)


@pytest.mark.parametrize(
    ("calendar", "opened", "target", "due"),
    [
        # The end of the hours belongs to the day: what fits to the second is due at the end, one second more tomorrow.
        (Calendar(RIYADH, OFFICE), riyadh("03-01T16:00:00"), HOUR, riyadh("03-01T17:00:00")),
        (Calendar(RIYADH, OFFICE), riyadh("03-01T16:00:00"), HOUR + 1, riyadh("03-02T09:00:01")),
        (Calendar(RIYADH, OFFICE), riyadh("03-01T16:59:59"), 1, riyadh("03-01T17:00:00")),
        (Calendar(RIYADH, OFFICE), riyadh("03-01T17:00:00"), 1, riyadh("03-02T09:00:01")),
        (Calendar(RIYADH, OFFICE), riyadh("03-01T08:59:59"), 1, riyadh("03-01T09:00:01")),
        # Over the weekend, and over a holiday in the midst of the week.
        (Calendar(RIYADH, OFFICE), riyadh("03-05T16:59:59"), 2, riyadh("03-08T09:00:01")),
        (Calendar(RIYADH, OFFICE, NATIONAL_DAY), riyadh("09-22T16:59:59"), 2, riyadh("09-24T09:00:01")),
        (Calendar(RIYADH, OFFICE, NATIONAL_DAY), riyadh("09-23T12:00:00"), 1, riyadh("09-24T09:00:01")),
        # The night before a holiday is worked to its end.
        (Calendar(RIYADH, NIGHT, NATIONAL_DAY), riyadh("09-22T22:00:00"), 8 * HOUR, riyadh("09-23T06:00:00")),
        (Calendar(RIYADH, NIGHT, NATIONAL_DAY), riyadh("09-22T22:00:00"), 8 * HOUR + 1, riyadh("09-24T22:00:01")),
        # In Berlin the night of 29 March has seven hours, that of 25 October nine.
        (Calendar(BERLIN, NIGHT), utc("03-28T21:00:00"), 7 * HOUR, utc("03-29T04:00:00")),
        (Calendar(BERLIN, NIGHT), utc("03-28T21:00:00"), 7 * HOUR + 1, utc("03-29T20:00:01")),
        (Calendar(BERLIN, NIGHT), utc("10-24T20:00:00"), 9 * HOUR, utc("10-25T05:00:00")),
        (Calendar(BERLIN, NIGHT), utc("10-24T20:00:00"), 9 * HOUR + 1, utc("10-25T21:00:01")),
    ],
)
def test_a_promise_is_due_to_the_second(calendar, opened, target, due):
    assert first_response(calendar, opened, target, opened).due_at == due


@pytest.mark.parametrize(
    ("seconds", "state"),
    [(-1, "met"), (0, "met"), (1, "breached")],
)
def test_an_answer_in_the_second_of_the_due_time_is_in_time_and_one_after_it_is_not(seconds, state):
    opened, due = riyadh("03-01T09:00:00"), riyadh("03-01T10:00:00")
    answered = due + seconds * SECOND
    found = first_response(Calendar(RIYADH, OFFICE), opened, HOUR, answered + HOUR * SECOND, answered)
    assert found.state == state


@pytest.mark.parametrize(("seconds", "breached"), [(-1, False), (0, False), (1, True)])
def test_a_promise_is_missed_once_its_due_time_has_passed(seconds, breached):
    opened, due = riyadh("03-01T09:00:00"), riyadh("03-01T10:00:00")
    found = first_response(Calendar(RIYADH, OFFICE), opened, HOUR, due + seconds * SECOND)
    assert (found.breached_at is not None) == breached
    assert found.breached_at in (None, due)
