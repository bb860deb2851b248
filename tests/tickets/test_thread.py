"""Reading a thread: pages before and after a message, in the reader's form."""

import pytest

from tests.api import Api, refusal
from tests.tickets.acts import noted, opened, replied


def page(by, ticket, query=""):
    content = Api(by).get(f"/tickets/{ticket['id']}/messages{query}").json()
    return [message["body"] for message in content["data"]], content["meta"]


@pytest.fixture
def told(cast):
    """A ticket whose thread reads 0 to 6, 3 and 5 being notes; its messages by body."""
    ticket = opened(cast.customer, description="0")
    ids = {}
    for n in range(1, 7):
        write = noted if n in {3, 5} else replied
        ids[n] = write(cast.agent, ticket, str(n))["id"]
    return ticket, ids


def test_the_latest_come_by_default_oldest_first(cast, told):
    ticket, _ids = told
    assert page(cast.agent, ticket) == (list("0123456"), {"hasBefore": False, "hasAfter": False})
    assert page(cast.agent, ticket, "?limit=2") == (list("56"), {"hasBefore": True, "hasAfter": False})
    assert page(cast.customer, ticket) == (list("01246"), {"hasBefore": False, "hasAfter": False})
    assert page(cast.customer, ticket, "?limit=2") == (list("46"), {"hasBefore": True, "hasAfter": False})


def test_before_and_after_a_message(cast, told):
    ticket, ids = told
    assert page(cast.agent, ticket, f"?before={ids[5]}&limit=2") == (list("34"), {"hasBefore": True, "hasAfter": True})
    assert page(cast.agent, ticket, f"?before={ids[1]}") == (["0"], {"hasBefore": False, "hasAfter": True})
    assert page(cast.agent, ticket, f"?after={ids[4]}") == (list("56"), {"hasBefore": True, "hasAfter": False})
    assert page(cast.agent, ticket, f"?after={ids[1]}&limit=2") == (list("23"), {"hasBefore": True, "hasAfter": True})
    assert page(cast.agent, ticket, f"?after={ids[6]}") == ([], {"hasBefore": True, "hasAfter": False})


def test_a_customers_pages_count_no_notes(cast, told):
    ticket, ids = told
    assert page(cast.customer, ticket, f"?after={ids[2]}&limit=1") == (["4"], {"hasBefore": True, "hasAfter": True})
    assert page(cast.customer, ticket, f"?after={ids[4]}&limit=1") == (["6"], {"hasBefore": True, "hasAfter": False})
    assert page(cast.customer, ticket, f"?before={ids[5]}&limit=1") == (["4"], {"hasBefore": True, "hasAfter": True})
    assert page(cast.customer, ticket, f"?before={ids[6]}&limit=3")[1] == {"hasBefore": True, "hasAfter": True}


@pytest.mark.parametrize("query", ["before=x", "after=-1", "limit=0", "limit=101", "page=1", "since=1", "before=0"])
def test_what_a_thread_does_not_take_is_named(cast, told, query):
    response = Api(cast.customer).get(f"/tickets/{told[0]['id']}/messages?{query}")
    assert query.split("=")[0] in refusal(response, 400, "invalid")["fields"]


def test_before_and_after_together_are_refused_and_huge_ones_harmless(cast, told):
    ticket, ids = told
    refusal(Api(cast.agent).get(f"/tickets/{ticket['id']}/messages?before={ids[1]}&after={ids[1]}"), 400, "invalid")
    assert page(cast.agent, ticket, f"?before={2**63 - 1}")[0] == list("0123456")
    assert page(cast.agent, ticket, f"?after={2**63 - 1}") == ([], {"hasBefore": True, "hasAfter": False})
    assert page(cast.agent, ticket, f"?before={2**63}")[0] == list("0123456")
