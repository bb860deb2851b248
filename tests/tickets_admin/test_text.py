"""Show what people write as they wrote it, and never run it; both scripts stand right; pages cost a fixed price."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Role, User
from tests.tickets_admin.desk import opened, photo, text_of, words_of
from tickets.operations import NewMessage, add_message, assign, change_status, rate, save_canned_response, update_ticket

EVIL = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>{{7*7}}"


def test_hostile_text_is_shown_and_never_runs(cast, desk):
    User.objects.filter(pk__in=[cast.customer.pk, cast.agent.pk]).update(name=f"N{EVIL}"[:150])
    ticket = opened(cast.customer, f"S{EVIL}", f"B{EVIL}", order_id=EVIL[:64])
    for user, internal in ((cast.customer, False), (cast.agent, True)):
        add_message(ticket.pk, NewMessage(body=EVIL, is_internal=internal), by=user)
    update_ticket(ticket.pk, changes={"tags": [EVIL[:40]]}, by=cast.lead)
    assign(ticket.pk, agent_id=cast.agent.pk, by=cast.lead)
    change_status(ticket.pk, "resolved", by=cast.lead)
    rate(ticket.pk, rating=1, feedback=EVIL, by=cast.customer)
    opened(cast.customer, EVIL)
    changes = dict.fromkeys(("title_ar", "title_en"), EVIL[:100]) | dict.fromkeys(("body_ar", "body_en"), EVIL)
    save_canned_response(None, changes={**changes, "shortcut": "evil"}, by=cast.lead)
    agent = desk(cast.lead)
    agent.do(ticket, "reply", body=EVIL, attachments=[photo("<b>a'\"b.txt")])
    pages = [
        agent.open(ticket),
        agent.list(),
        agent.list(q=EVIL, customer=cast.customer.pk),
        agent.post(ticket, "reply", body=EVIL, status=EVIL, client_message_id=EVIL),
        agent.client.get(f"/admin/tickets/ticket/{ticket.pk}/history/"),
        agent.client.get("/admin/tickets/ticket/add/", {"q": "onerror"}),
        agent.client.get("/admin/tickets/ticket/add/", {"customer": cast.customer.pk}),
        agent.client.get("/admin/tickets/cannedresponse/"),
    ]
    for page in pages:
        shown = text_of(page)
        assert "<img src=x" not in shown
        assert "<script>alert" not in shown
        assert not re.search(r"\son\w+=", re.sub(r'"[^"]*"', "", shown[shown.index("<body") :]).split("</header>")[0])
    assert "&lt;img src=x onerror=alert(1)&gt;" in text_of(pages[0])


def test_every_message_finds_its_own_direction_and_keeps_its_lines(cast, desk):
    ticket = opened(cast.customer, "شاشة", "السطر الأول\nSecond line")
    page = text_of(desk(cast.agent).open(ticket))
    assert '<div class="body" dir="auto">السطر الأول\nSecond line</div>' in page
    assert '<h1 dir="auto">شاشة</h1>' in page


@pytest.mark.parametrize(("language", "words"), [("ar", "الحالة"), ("en", "Status")])
def test_the_page_speaks_the_readers_language(cast, desk, language, words):
    ticket = opened(cast.customer)
    page = text_of(desk(cast.agent, language).open(ticket))
    assert f'lang="{language}"' in page
    assert f'dir="{"rtl" if language == "ar" else "ltr"}"' in page
    assert words in page


@pytest.mark.parametrize(("language", "name"), [("ar", "المساعد الآلي"), ("en", "Bot")])
def test_the_bot_has_one_name_in_the_readers_language(cast, desk, language, name):
    ticket = opened(cast.customer)
    add_message(ticket.pk, NewMessage("Closed for today."), by=User.objects.service(Role.BOT))
    said = words_of(desk(cast.agent, language).open(ticket), after='class="message bot', before='class="body"')
    assert said.count(name) == 1
    assert language == "en" or "Bot" not in said


def test_nothing_of_a_page_needs_inline_script_or_style(cast, desk):
    ticket = opened(cast.customer)
    for page in (desk(cast.lead).open(ticket), desk(cast.lead).list()):
        shown = text_of(page)
        assert not re.search(r"<script(?![^>]*\ssrc=)", shown)
        assert not re.search(r"<style|\sstyle=|javascript:", shown)
        assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"]


def test_one_message_and_twenty_cost_the_same_queries(cast, desk):
    ticket = opened(cast.customer)
    agent = desk(cast.agent)

    def write(number):
        agent.do(ticket, "reply", body=f"text {number}", attachments=[photo()])
        add_message(ticket.pk, NewMessage(body="note", is_internal=True), by=cast.colleague)
        opened(cast.customer)

    def queries():
        agent.open(ticket)
        with CaptureQueriesContext(connection) as captured:
            assert agent.open(ticket).status_code == 200
        return len(captured)

    write(0)
    few = queries()
    for number in range(1, 10):
        write(number)
    assert queries() == few <= 24
