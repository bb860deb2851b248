"""Who of the staff is here: many tabs are one person, a reload of the page shows to nobody."""

from __future__ import annotations

import asyncio
import time
from typing import ClassVar

import orjson
import pytest
from django.conf import settings
from redis import Redis as RedisClient

from accounts.operations import set_availability
from core import stores
from realtime import leases, presence
from realtime.notifier import channel_of, unpack
from realtime.periodic import SWEEP_SECONDS, _refresh
from realtime.publish import signal
from tests.realtime.acts import report
from tests.realtime.client import Client, token_of
from tests.realtime.servers import Redis, Web, published_to, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]


def told(client, user):
    """What one of the queues said of him; each says it."""
    frames = [frame for frame in client.named("presence:updated") if frame["room"] == "queue:tickets"]
    return [frame["data"]["online"] for frame in frames if frame["data"]["userId"] == str(user.pk)]


def listening(web, user):
    """A client of this person who hears signals: a room is subscribed to a moment after it is entered."""
    client = Client(web, token_of(user))
    client.event("ready")

    def heard():
        signal("presence:updated", {"queue:tickets": {"userId": "0", "online": True, "availability": "away"}})
        time.sleep(0.1)
        return client.named("presence:updated")

    wait_until(heard)
    return client


def test_tabs_are_counted_and_a_grace_hides_a_reload(committed_cast):
    cast = committed_cast
    grace = 4
    with Web(REALTIME_PRESENCE_GRACE_SECONDS=str(grace)) as web, listening(web, cast.manager) as manager:
        token = token_of(cast.agent)
        tabs = [Client(web, token) for _ in range(3)]
        for tab in tabs:
            tab.event("ready")
        wait_until(lambda: told(manager, cast.agent) == [True])
        assert presence.online([cast.agent.pk, cast.colleague.pk]) == {cast.agent.pk}
        tabs[0].close()
        tabs[1].close()
        tabs[2].close()
        tabs[2] = Client(web, token)
        tabs[2].event("ready")
        time.sleep(grace + SWEEP_SECONDS + 1)
        assert told(manager, cast.agent) == [True]
        tabs[2].close()
        gone = time.monotonic()
        wait_until(lambda: told(manager, cast.agent) == [True, False], grace + SWEEP_SECONDS + 10)
        report(f"offline after {time.monotonic() - gone:.1f} s")
        assert presence.online([cast.agent.pk]) == set()


def test_what_redis_did_not_take_back_in_time_is_given_back_again(committed_cast):
    cast = committed_cast
    grace = 1
    with Redis() as redis, published_to(redis.url):
        environment = {"REDIS_URL": redis.url, "REALTIME_PRESENCE_GRACE_SECONDS": str(grace)}
        with Web(**environment) as web, listening(web, cast.manager) as manager:
            tab = Client(web, token_of(cast.agent))
            tab.event("ready")
            wait_until(lambda: told(manager, cast.agent) == [True])
            with RedisClient.from_url(redis.url) as hand:
                hand.execute_command("CLIENT", "PAUSE", "1000")
            tab.close()
            wait_until(lambda: told(manager, cast.agent) == [True, False], grace + SWEEP_SECONDS + 10)
            assert presence.connected([cast.agent.pk]) == set()


def test_what_is_given_back_again_prolongs_nothing(committed_cast, settings):
    holder = (committed_cast.agent.pk, "192.0.2.1", "session")
    leases.refresh([holder], [holder])
    settings.REALTIME = {**settings.REALTIME, "presence_grace_seconds": 0}
    assert leases.give_back([holder])
    assert presence.online([committed_cast.agent.pk]) == set()
    settings.REALTIME = {**settings.REALTIME, "presence_grace_seconds": 30}
    assert leases.give_back([holder], again=True)
    assert presence.online([committed_cast.agent.pk]) == set()


def test_presence_is_remembered_for_as_long_a_grace_as_may_be_set(committed_cast, settings):
    settings.REALTIME = {**settings.REALTIME, "presence_grace_seconds": 600}
    holder = (committed_cast.agent.pk, "192.0.2.1", "session")
    leases.refresh([], [holder])
    assert stores.client().ttl(f"support:presence:{holder[0]}") > 600 + leases.REFRESH_SECONDS


def test_who_came_while_nothing_could_be_told_is_told_at_the_next_look(committed_cast):
    """And who left: neither is marked as told before Redis has published it."""
    cast, holder = committed_cast, (committed_cast.agent.pk, "192.0.2.1", "session")
    with Redis() as redis, published_to(redis.url), RedisClient.from_url(redis.url) as hand, hand.pubsub() as ear:
        ear.subscribe(channel_of("queue:tickets"))

        def heard():
            messages = iter(lambda: ear.get_message(ignore_subscribe_messages=True, timeout=0.2), None)
            return [orjson.loads(unpack(message["data"])["data"])["online"] for message in messages]

        def looked(look, *, told):
            hand.execute_command("ACL", "SETUSER", "default", "+publish" if told else "-publish")
            stores._skip_until = 0.0
            look()
            return heard()

        def came():
            presence.appeared([cast.agent.pk])

        assert heard() == []
        leases.refresh([], [holder])
        assert [looked(came, told=told) for told in (False, True, True)] == [[], [True], []]
        hand.delete(f"support:presence:{cast.agent.pk}")
        assert [looked(presence.sweep, told=told) for told in (False, True, True)] == [[], [False], []]


def test_a_lease_renewed_while_its_socket_closed_is_given_back(committed_cast):
    """The round that renews leases works on a list from before: a socket that closed meanwhile must not come back."""

    class Closed:
        holder = (committed_cast.agent.pk, "192.0.2.1", "session")
        user = committed_cast.agent
        closed = False

    class OneRound:
        sessions: ClassVar = {Closed: None}
        gave_back: ClassVar = []

        def forget_lease(self, holder):
            self.gave_back.append(holder)

    renew = leases.refresh

    def closes_meanwhile(*holders):
        renew(*holders)
        Closed.closed = True

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(leases, "refresh", closes_meanwhile)
        asyncio.run(_refresh(OneRound()))
    assert OneRound.gave_back == [Closed.holder]
    leases.give_back(OneRound.gave_back)


def test_installations_that_share_a_redis_do_not_hear_each_other(committed_cast, web):
    cast = committed_cast
    address, _, query = settings.REDIS_URL.partition("?")
    other_database = address if not query else f"{address}?db=15"
    with (
        Web(REDIS_URL=other_database) as elsewhere,
        Client(elsewhere, token_of(cast.manager)) as stranger,
        listening(web, cast.manager) as manager,
    ):
        stranger.event("ready")
        time.sleep(1)
        with Client(web, token_of(cast.agent)):
            wait_until(lambda: told(manager, cast.agent) == [True])
        time.sleep(0.3)
        assert stranger.named("presence:updated") == []


def test_a_change_of_availability_is_told_at_once(committed_cast, web):
    cast = committed_cast
    with listening(web, cast.manager) as manager:
        set_availability(cast.agent.pk, status="away", by=cast.agent)
        said = manager.wait(lambda frame: frame["data"].get("userId") == str(cast.agent.pk))
        assert said["data"] == {"userId": str(cast.agent.pk), "online": False, "availability": "away"}


def test_customers_presence_is_told_to_nobody(committed_cast, web):
    cast = committed_cast
    with Client(web, token_of(cast.manager)) as manager:
        manager.event("ready")
        with Client(web, token_of(cast.customer)) as customer:
            customer.event("ready")
            time.sleep(0.7)
            assert told(manager, cast.customer) == []
