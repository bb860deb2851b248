"""Who of the staff is here: many tabs are one person, a reload of the page shows to nobody."""

from __future__ import annotations

import time

import pytest

from accounts.operations import set_availability
from realtime import presence
from tests.realtime.acts import report
from tests.realtime.client import Client, token_of
from tests.realtime.servers import Web, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]


def told(client, user):
    return [
        frame["data"]["online"] for frame in client.named("presence:updated") if frame["data"]["userId"] == str(user.pk)
    ]


def test_tabs_are_counted_and_a_grace_hides_a_reload(committed_cast):
    cast = committed_cast
    with Web(REALTIME_PRESENCE_GRACE_SECONDS="2") as web, Client(web, token_of(cast.manager)) as manager:
        manager.event("ready")
        time.sleep(0.5)
        token = token_of(cast.agent)
        tabs = [Client(web, token) for _ in range(3)]
        wait_until(lambda: told(manager, cast.agent) == [True])
        assert presence.online([cast.agent.pk, cast.colleague.pk]) == {cast.agent.pk}
        tabs[0].close()
        tabs[1].close()
        time.sleep(3)
        tabs[2].close()
        tabs[2] = Client(web, token)
        time.sleep(6)
        assert told(manager, cast.agent) == [True]
        tabs[2].close()
        gone = time.monotonic()
        wait_until(lambda: told(manager, cast.agent) == [True, False], 15)
        report(f"offline after {time.monotonic() - gone:.1f} s")
        assert presence.online([cast.agent.pk]) == set()


def test_a_change_of_availability_is_told_at_once(committed_cast, web):
    cast = committed_cast
    with Client(web, token_of(cast.manager)) as manager:
        manager.event("ready")
        time.sleep(0.5)
        set_availability(cast.agent.pk, status="away", by=cast.agent)
        said = manager.wait(lambda frame: frame["data"].get("availability") == "away")
        assert said["data"] == {"userId": str(cast.agent.pk), "online": False, "availability": "away"}


def test_customers_presence_is_told_to_nobody(committed_cast, web):
    cast = committed_cast
    with Client(web, token_of(cast.manager)) as manager:
        manager.event("ready")
        with Client(web, token_of(cast.customer)) as customer:
            customer.event("ready")
            time.sleep(0.7)
            assert told(manager, cast.customer) == []
