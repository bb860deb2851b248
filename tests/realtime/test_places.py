"""Counts of sockets among processes: exact while a process lives, free soon after it died."""

from __future__ import annotations

import pytest

from core import stores
from realtime import places as module
from realtime.places import PROCESSES, Places, connected
from tests.realtime.servers import wait_until


@pytest.fixture
def pair(settings):
    settings.REALTIME = {**settings.REALTIME, "sockets_per_user": 3, "sockets_per_address": 5}
    made = Places(), Places()
    yield made
    for one in made:
        one.end()


def test_a_person_and_an_address_have_so_many_places_among_all_processes(pair):
    one, other = pair
    assert one.take([(901, "192.0.2.1")] * 2) == [True, True]
    assert other.take([(901, "192.0.2.1")] * 2) == [True, False]
    assert other.take([(902, "192.0.2.1")] * 3) == [True, True, False]
    assert other.take([(902, "192.0.2.2"), (902, "")]) == [True, False]
    one.give_back([(901, "192.0.2.1")])
    assert other.take([(901, "192.0.2.1")] * 2) == [True, False]
    assert connected([901, 902, 903]) == {901, 902}


def test_the_places_of_a_process_that_died_are_free_when_its_lease_ends(pair, monkeypatch):
    monkeypatch.setattr(module, "LEASE_SECONDS", 0.3)
    dead, alive = pair
    assert dead.take([(901, "")] * 3) == [True] * 3
    assert alive.take([(901, "")]) == [False]
    wait_until(lambda: alive.take([(901, "")]) == [True], 5)
    assert alive.take([(901, "")] * 2) == [True] * 2
    dead.refresh()  # it only slept: what it holds counts again
    assert alive.take([(901, "")]) == [False]


def test_the_places_of_a_process_that_ends_are_free_at_once(pair):
    leaving, other = pair
    assert leaving.take([(901, "")] * 3) == [True] * 3
    leaving.end()
    leaving.refresh()
    assert other.take([(901, "")]) == [True]


def test_what_redis_forgot_is_written_again(pair):
    one, other = pair
    assert one.take([(901, "")] * 3) == [True] * 3
    stores.client().delete(PROCESSES, "support:places:user:901")
    assert connected([901]) == set()
    one.refresh()
    assert other.take([(901, "")]) == [False]
    assert connected([901]) == {901}


def test_what_redis_did_not_take_is_written_with_the_next_refresh(pair, monkeypatch):
    one, other = pair
    with monkeypatch.context() as away:
        away.setattr(module, "try_redis", lambda call, fallback: fallback)
        assert one.take([(901, "")] * 3) == [True] * 3
    one.refresh()
    assert other.take([(901, "")]) == [False]
    with monkeypatch.context() as away:
        away.setattr(module, "try_redis", lambda call, fallback: fallback)
        one.give_back([(901, "")])
    assert other.take([(901, "")]) == [False]
    one.refresh()
    assert other.take([(901, "")]) == [True]
