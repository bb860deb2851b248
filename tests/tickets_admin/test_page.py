"""The page of a ticket: what it shows, and to whom."""

from tests.tickets_admin.desk import offers, opened, text_of, words_of


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
