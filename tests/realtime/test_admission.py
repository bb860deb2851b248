"""Sockets that come at the same moment are let in together, each as itself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.realtime.client import Client, token_of
from tests.realtime.servers import Web


def _opened(web, tokens):
    with ThreadPoolExecutor(len(tokens)) as pool:
        return list(pool.map(lambda token: Client(web, token), tokens))


def _outcome(client: Client) -> str | int:
    """Return who the socket was let in as, or what it was closed with."""
    found = client.wait(lambda frame: frame["event"] in ("ready", "error"))
    return str(found["data"]["user"]["id"]) if found["event"] == "ready" else client.closed()


def test_each_of_many_is_let_in_as_himself_and_strangers_among_them_are_not(committed_cast, web):
    people = [committed_cast.customer, committed_cast.agent, committed_cast.stranger, committed_cast.guest] * 5
    tokens = [token_of(person) for person in people]
    garbage = ["nothing", tokens[0][:-3] + "abc"]
    clients = _opened(web, [*tokens[:10], *garbage, *tokens[10:]])
    expected: list[str | int] = [str(person.pk) for person in people]
    expected[10:10] = [4401, 4401]
    assert [_outcome(client) for client in clients] == expected
    for client in clients:
        client.close()


def test_the_limit_of_sockets_holds_among_those_who_come_together(committed_cast):
    with Web(REALTIME_SOCKETS_PER_USER="3") as web:
        mine = [token_of(committed_cast.customer)] * 7
        clients = _opened(web, [*mine, token_of(committed_cast.stranger)])
        outcomes = [_outcome(client) for client in clients]
        assert sorted(map(str, outcomes[:7])) == sorted([str(committed_cast.customer.pk)] * 3 + ["4429"] * 4)
        assert outcomes[7] == str(committed_cast.stranger.pk)
        for client in clients:
            client.close()
