"""The page of a ticket: what it shows, and to whom."""

import time

from core import stores
from realtime import viewing
from realtime.places import PROCESSES, places
from tests.tickets_admin.desk import offers, opened, text_of, words_of
from tickets.rooms import room_for


def test_the_page_shows_the_ticket_in_words(cast, desk):
    ticket = opened(cast.customer, "شاشة الهاتف مكسورة", "وصل الهاتف مكسورا.\nHelp please.", order_id="A-1001")
    page = desk(cast.agent).open(ticket)
    assert page.status_code == 200
    shown = words_of(page)
    for words in (ticket.number, "شاشة الهاتف مكسورة", "Help please.", "Open", "Normal", "A-1001", cast.customer.email):
        assert words in shown
    assert offers(page, ticket, "reply")


def test_the_list_shows_tickets(cast, desk):
    ticket = opened(cast.customer)
    page = desk(cast.agent).list()
    assert page.status_code == 200
    assert ticket.number in text_of(page)


def test_a_ticket_to_merge_or_link_is_found_by_its_number_or_words_with_what_was_said_last(cast, desk):
    ticket, other = opened(cast.customer), opened(cast.customer, subject="Battery swollen")
    foreign = opened(cast.stranger, subject="Battery lost")
    address = f"/admin/tickets/ticket/{ticket.pk}/find/"
    here = desk(cast.agent).client
    found = here.get(address, {"q": "battery", "own": "1"}).json()
    assert [row["value"] for row in found] == [other.number]
    assert found[0]["said"].startswith(f"{cast.customer.name}: ")
    assert {row["value"] for row in here.get(address, {"q": "battery"}).json()} == {other.number, foreign.number}
    assert [row["text"] for row in here.get(address, {"q": other.number, "own": "1"}).json()] == ["Battery swollen"]
    assert [row["value"] for row in here.get(address, {"own": "1"}).json()] == [other.number]
    assert here.get(address, {"q": "\x00" * 900}).status_code == 200
    assert desk(cast.outsider).client.get("/admin/tickets/ticket/99999999/find/").status_code == 404


def test_the_page_says_which_colleagues_look_at_the_ticket(cast, desk):
    ticket = opened(cast.customer)
    address = f"/admin/tickets/ticket/{ticket.pk}/viewers/"
    assert desk(cast.agent).client.get(address).json() == []
    viewing.store({(room_for(cast.colleague, ticket.pk), person.pk) for person in (cast.agent, cast.colleague)})
    stores.client().zadd(PROCESSES, {places().process: time.time() + 60})
    assert desk(cast.agent).client.get(address).json() == [cast.colleague.name]
