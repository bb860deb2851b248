"""Say who of the staff is here: many tabs are one person, a reload of the page shows to nobody."""

from __future__ import annotations

import time

import orjson
import pytest
from django.conf import settings
from redis import Redis as RedisClient

from accounts.operations import set_availability
from core import stores
from realtime import places, presence
from realtime.periodic import SWEEP_SECONDS
from tests.realtime.acts import opened, report, signals_sent
from tests.realtime.client import Client, token_of
from tests.realtime.servers import Redis, Web, published_to, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]


def told(client, user):
    """Return what one of the queues said of him; each says it."""
    frames = [frame for frame in client.named("presence:updated") if frame["room"] == "queue:tickets"]
    return [frame["data"]["online"] for frame in frames if frame["data"]["userId"] == str(user.pk)]


def listening(web, user):
    """A client of this person who hears signals."""
    client = Client(web, token_of(user))
    client.event("ready")
    return client


def test_tabs_are_counted_and_a_grace_hides_a_reload(committed_cast):
    cast = committed_cast
    grace = 8  # a reload on a busy machine takes some of it
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
        time.sleep(grace)
        presence.sweep()
        presence.tell_availability(cast.colleague.pk, "away")  # said after whatever the sweep said
        wait_until(lambda: told(manager, cast.colleague))
        assert told(manager, cast.agent) == [True]
        tabs[2].close()
        gone = time.monotonic()
        wait_until(lambda: presence.sweep() or told(manager, cast.agent) == [True, False], grace + 10, every=0.3)
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
            assert places.connected([cast.agent.pk]) == set()


def test_presence_is_remembered_for_as_long_a_grace_as_may_be_set(committed_cast, settings):
    settings.REALTIME = {**settings.REALTIME, "presence_grace_seconds": 600}
    presence.gone([committed_cast.agent.pk])
    assert presence.online([committed_cast.agent.pk]) == {committed_cast.agent.pk}
    assert stores.client().ttl(f"support:presence:by_process:{committed_cast.agent.pk}") > 600


def test_who_came_and_left_while_redis_was_away_is_told_once_when_it_is_back(committed_cast):
    cast = committed_cast
    with Redis() as redis, published_to(redis.url), signals_sent() as sent:

        def looked(look):
            sent.clear()
            stores._skip_until = 0.0
            look()
            return [orjson.loads(call[0]["data"])["online"] for call in sent]

        def came():
            presence.here([cast.agent.pk])

        redis.stop()
        assert looked(came) == []
        redis.start()
        assert [looked(came) for _ in range(2)] == [[True], []]
        stores.client().delete(f"support:presence:by_process:{cast.agent.pk}")
        assert [looked(presence.sweep) for _ in range(2)] == [[False], []]


def test_installations_that_share_a_redis_do_not_hear_each_other(committed_cast, web, web_pair):
    """Two web processes on different databases of one Redis; what goes through it is typing."""
    _, beside = web_pair
    cast, ticket = committed_cast, opened(committed_cast.customer)
    address, _, query = settings.REDIS_URL.partition("?")
    other_database = address if not query else f"{address}?db=15"
    with (
        Web(REDIS_URL=other_database) as elsewhere,
        Client(elsewhere, token_of(cast.agent)) as stranger,
        Client(beside, token_of(cast.agent)) as agent,
        Client(web, token_of(cast.customer)) as customer,
    ):
        for client in (stranger, agent, customer):
            client.done("joinTicket", str(ticket.pk))
        wait_until(lambda: customer.done("sendTyping", [str(ticket.pk), True]) and agent.named("typing:start"), every=2)
        assert stranger.named("typing:start") == []


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
