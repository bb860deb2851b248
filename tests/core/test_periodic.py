"""Rare background work is claimed once, whoever asks."""

import datetime

import pytest

from core.periodic import claim, give_back

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)


def test_it_is_due_at_first_and_then_once_a_period():
    asked = [claim("a", 3600, NOW + datetime.timedelta(minutes=minute)) for minute in range(0, 181, 20)]
    assert asked == [True, False, False, True, False, False, True, False, False, True]


def test_names_do_not_share_their_time():
    assert claim("a", 3600, NOW)
    assert claim("b", 3600, NOW)


def test_work_given_back_is_due_again():
    claim("a", 3600, NOW)
    give_back("a", NOW)
    assert claim("a", 3600, NOW)


def test_giving_back_late_leaves_a_later_claim_alone():
    claim("a", 3600, NOW)
    claim("a", 3600, NOW + HOUR)
    give_back("a", NOW)
    assert not claim("a", 3600, NOW + HOUR)
