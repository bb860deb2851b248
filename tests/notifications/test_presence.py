"""Whoever has the conversation before their eyes, by a real socket, is told nothing of it by any channel."""

from __future__ import annotations

import pytest
from django.core import mail

from notifications.expansion import expand_waiting
from notifications.models import Delivery
from realtime.places import places
from realtime.viewing import store, viewers
from tests.notifications.acts import kinds_of, mails_to, work
from tests.realtime.client import Client, token_of
from tests.realtime.servers import Redis, published_to, wait_until
from tests.tickets.acts import opened, replied

pytestmark = pytest.mark.slow


@pytest.fixture
def ticket(committed_cast):
    found = opened(committed_cast.customer)
    work()
    mail.outbox.clear()
    return found


def looks(user, ticket, *, expected=True):
    """Wait until it is known that a person looks at the ticket, or no more."""
    rooms = [f"ticket:{ticket['id']}", f"ticket-staff:{ticket['id']}"]
    wait_until(lambda: viewers(rooms, [user.pk]) == ({user.pk} if expected else set()))


def test_a_reader_who_looks_at_the_ticket_is_told_nothing_and_again_once_the_page_is_hidden(
    committed_cast, ticket, web
):
    customer, agent = committed_cast.customer, committed_cast.agent
    with Client(web, token_of(customer)) as phone, Client(web, token_of(customer)) as desk:
        phone.done("joinTicket", {"ticketId": ticket["id"]})
        looks(customer, ticket)
        replied(agent, ticket, "Seen at once")
        work()
        assert mails_to(customer) == []
        assert kinds_of(customer) == ["ticket-created"]
        phone.done("viewing:stop")
        looks(customer, ticket, expected=False)
        replied(agent, ticket, "Not seen")
        work()
        assert len(mails_to(customer)) == 1
        assert kinds_of(customer)[0] == "ticket-replied"
        desk.done("joinTicket", {"ticketId": ticket["id"]})
        looks(customer, ticket)
        phone.done("leaveTicket", {"ticketId": ticket["id"]})
        looks(customer, ticket)
        desk.done("leaveTicket", {"ticketId": ticket["id"]})
        looks(customer, ticket, expected=False)


def test_a_mail_that_waits_is_not_sent_to_who_came_to_look_meanwhile(committed_cast, ticket, web):
    customer, agent = committed_cast.customer, committed_cast.agent
    replied(agent, ticket, "Waits a moment")
    expand_waiting()
    with Client(web, token_of(customer)) as phone:
        phone.done("joinTicket", {"ticketId": ticket["id"]})
        looks(customer, ticket)
        work()
        assert mails_to(customer) == []
        assert Delivery.objects.get(recipient=customer, kind="ticket-replied").state == "cancelled"
    looks(customer, ticket, expected=False)


def test_an_agent_who_looks_is_not_told_and_a_colleague_is(committed_cast, ticket, web):
    agent, colleague = committed_cast.agent, committed_cast.colleague
    with Client(web, token_of(agent)) as desk:
        desk.done("joinTicket", {"ticketId": ticket["id"]})
        looks(agent, ticket)
        replied(committed_cast.customer, ticket, "Any news?")
        work()
        assert mails_to(agent) == []
        assert len(mails_to(colleague)) == 1


def test_while_redis_is_away_everybody_is_told(committed_cast, ticket):
    customer = committed_cast.customer
    with Redis() as redis, published_to(redis.url):
        places().refresh()
        store({(f"ticket:{ticket['id']}", customer.pk)})
        looks(customer, ticket)
        redis.stop()
        replied(committed_cast.agent, ticket, "Told all the same")
        work()
        assert len(mails_to(customer)) == 1
