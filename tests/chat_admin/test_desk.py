"""The desk through its pages: who sees what, one winner, what is written, passed on, ended and made a ticket."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from audit.models import Entry
from chat.models import ChatMessage, Session
from chat.operations import NewChatMessage, accept, end, post, rate, start
from chat.states import Status
from chat.watch import after_message
from notifications.models import Item
from tests.cast import Cast, customer, fresh
from tests.chat_admin.desk import DESK, act_of, active, offers, page_of, says, waiting
from tests.tickets_admin.desk import photo, text_of, words_of
from tickets.models import CannedResponse
from uploads.models import Attachment


def test_the_queue_is_shown_in_its_order_with_what_was_said_last(cast: Cast, desk) -> None:
    first = waiting(cast.customer, "الجهاز لا يعمل", "ar")
    second = waiting(cast.stranger, "Where is my order?", "en")
    page = text_of(desk(cast.agent).lists())
    assert page.index(f"waiting-{first.pk}") < page.index(f"waiting-{second.pk}")
    assert "الجهاز لا يعمل" in page
    assert "Where is my order?" in page


def test_accepting_makes_the_chat_mine(cast: Cast, desk) -> None:
    session = waiting(cast.customer)
    done = desk(cast.agent).do(session, "accept", follow=True)
    session.refresh_from_db()
    assert (session.status, session.agent_id) == (Status.ACTIVE, cast.agent.pk)
    assert offers(done, session, "reply")
    assert f'id="mine-{session.pk}"' in text_of(done)
    assert Entry.objects.filter(action="CHAT_SESSION_ACCEPTED", entity_id=str(session.pk)).count() == 1


def test_whoever_comes_second_is_told_who_was_faster(cast: Cast, desk) -> None:
    session = waiting(cast.customer)
    accept(session.pk, by=cast.colleague)
    late = desk(cast.agent).post(session, "accept")
    assert late.status_code == 409
    assert f"{cast.colleague.name} already took this chat." in words_of(late)
    assert Session.objects.get(pk=session.pk).agent_id == cast.colleague.pk


def test_beyond_the_capacity_nothing_is_accepted(cast: Cast, desk, settings) -> None:
    settings.CHAT = {**settings.CHAT, "capacity": 1}
    active(cast.customer, cast.agent)
    session = waiting(cast.stranger)
    late = desk(cast.agent).post(session, "accept")
    assert late.status_code == 409
    assert "as many chats as you can take" in words_of(late)
    assert Session.objects.get(pk=session.pk).status == Status.WAITING


def test_a_message_goes_out_and_marks_what_came_before_as_read(cast: Cast, desk) -> None:
    session = active(cast.customer, cast.agent)
    asked = says(cast.customer, "Hello?")
    done = desk(cast.agent).do(session, "reply", body="I am looking.\r\nOne moment.")
    assert done.status_code == 302
    written = ChatMessage.objects.get(session=session, author=cast.agent)
    assert (written.body, written.is_internal) == ("I am looking.\nOne moment.", False)
    assert ChatMessage.objects.get(pk=asked).read_at is not None


def test_the_same_form_twice_is_one_message(cast: Cast, desk) -> None:
    session = active(cast.customer, cast.agent)
    here = desk(cast.agent)
    for _attempt in range(2):
        assert here.post(session, "reply", body="Once.", client_message_id="same").status_code == 302
    assert ChatMessage.objects.filter(session=session, author=cast.agent).count() == 1
    other = here.post(session, "reply", body="Other.", client_message_id="same")
    assert other.status_code == 400
    assert "This form was sent before" in words_of(other)


def test_a_note_is_set_apart_and_no_customer_form_has_it(cast: Cast, desk, api) -> None:
    session = active(cast.customer, cast.agent)
    desk(cast.agent).do(session, "note", body="zzNOTEzz")
    page = text_of(desk(cast.agent).open(session))
    assert "bubble internal" in page
    assert "zzNOTEzz" in page
    assert "zzNOTEzz" not in api(cast.customer).get("/chat/my-session/messages").content.decode()
    assert "zzNOTEzz" not in api(cast.customer).get("/chat/my-session").content.decode()
    assert not Item.objects.filter(kind="chat-message", data__to="customer").exists()
    # Nor does it stand in the lists, which say what was said last.
    lists = text_of(desk(cast.agent).lists())
    assert "zzNOTEzz" not in lists
    assert "Where is my order?" in lists


def test_files_are_sent_and_shown(cast: Cast, desk) -> None:
    session = active(cast.customer, cast.agent)
    here = desk(cast.agent)
    here.do(session, "reply", body="Here it is.", attachments=[photo("bill.txt")])
    stored = Attachment.objects.get(filename="bill.txt")
    page = here.open(session)
    address = f"{page_of(session).removesuffix('change/')}files/{stored.pk}/"
    assert address in text_of(page)
    assert here.client.get(address).status_code == 302


def test_a_refused_message_keeps_its_text_and_files(cast: Cast, desk) -> None:
    session = active(cast.customer, cast.agent)
    refused = desk(cast.agent).post(session, "reply", body=" ", client_message_id="a")
    assert refused.status_code == 400
    assert "Write something or attach a file." in words_of(refused)
    late = desk(cast.agent).post(
        session, "reply", body="Typed", client_message_id="a", attachments=[photo("bad.exe", b"MZ\x90\x00")]
    )
    assert late.status_code in {400, 415}
    assert "Typed" in text_of(late)


def test_canned_responses_are_filled_in(cast: Cast, desk) -> None:
    session = active(cast.customer, cast.agent)
    words = {"title_ar": "ترحيب", "title_en": "Greeting", "body_ar": "أهلا {customer_name}", "shortcut": "hi"}
    response = CannedResponse.objects.create(**words, body_en="Hello {customer_name}, {ticket_number}")
    here = desk(cast.agent)
    text = here.client.get(f"{page_of(session).removesuffix('change/')}canned/?canned={response.pk}:en")
    assert text.content.decode() == f"Hello {cast.customer.name}, {{ticket_number}}"
    page = here.do(session, "reply", body="First.", canned=f"{response.pk}:ar", insert="1")
    assert f"First.\n\nأهلا {cast.customer.name}" in text_of(page)


def test_a_chat_is_passed_to_a_colleague_with_a_note(cast: Cast, desk) -> None:
    session = active(cast.customer, cast.agent)
    page = desk(cast.agent).open(session)
    assert f"{cast.colleague.name} · not here · 0 of 4 chats" in text_of(page)
    done = desk(cast.agent).do(session, "transfer", agent_id=cast.colleague.pk, note="Knows the order.")
    assert done["Location"] == DESK
    session.refresh_from_db()
    assert session.agent_id == cast.colleague.pk
    assert ChatMessage.objects.get(session=session, is_internal=True).body == "Knows the order."


def test_a_chat_goes_back_to_the_front_of_the_queue(cast: Cast, desk) -> None:
    waiting(cast.stranger)
    session = active(cast.customer, cast.agent)
    desk(cast.agent).do(session, "transfer", agent_id="", note="")
    assert Session.objects.waiting().first() == session


def test_an_agent_who_is_full_gets_no_more(cast: Cast, desk, settings) -> None:
    settings.CHAT = {**settings.CHAT, "capacity": 1}
    active(cast.stranger, cast.colleague)
    session = active(cast.customer, cast.agent)
    refused = desk(cast.agent).do(session, "transfer", agent_id=cast.colleague.pk, note="Please")
    assert refused.status_code == 409
    assert "already has as many chats" in words_of(refused)
    assert not ChatMessage.objects.filter(session=session, is_internal=True).exists()


def test_a_chat_is_ended_by_its_agent(cast: Cast, desk) -> None:
    session = active(cast.customer, cast.agent)
    done = desk(cast.agent).do(session, "end", follow=True)
    session.refresh_from_db()
    assert (session.status, session.ended_by) == (Status.ENDED, "agent")
    assert not any(offers(done, session, act) for act in ("reply", "note", "end", "transfer", "accept"))


def test_a_ticket_is_made_of_a_chat(cast: Cast, desk) -> None:
    session = active(cast.customer, cast.agent, "My phone does not charge")
    done = desk(cast.agent).do(session, "ticket", follow=True)
    session.refresh_from_db()
    assert session.ticket.subject == "My phone does not charge"
    assert session.ticket.number in words_of(done)
    assert not offers(done, session, "ticket")


def test_quick_replies_and_the_bot_are_told_apart(cast: Cast, desk) -> None:
    started = start(by=cast.stranger, text="hello", language="en")
    after_message(started.session.pk, started.session.status, started.message)
    page = text_of(desk(cast.agent).open(started.session))
    assert "bubble bot" in page
    assert "quick-replies" in page
    assert offers(desk(cast.agent).open(started.session), started.session, "accept")
    in_arabic = words_of(desk(cast.agent, "ar").open(started.session))
    assert "المساعد الآلي" in in_arabic
    assert "Bot" not in in_arabic


def test_whoever_looks_on_may_read_and_no_more(cast: Cast, desk) -> None:
    session = active(cast.customer, cast.agent)
    page = desk(cast.colleague).open(session)
    assert "Where is my order?" in text_of(page)
    assert not any(offers(page, session, act) for act in ("reply", "note", "end", "ticket", "accept"))
    for act, typed in (("reply", {"body": "x", "client_message_id": "x"}), ("end", {}), ("ticket", {})):
        assert desk(cast.colleague).post(session, act, **typed).status_code == 403
    assert desk(cast.colleague).client.get(f"{page_of(session).removesuffix('change/')}canned/").status_code == 403
    assert Session.objects.get(pk=session.pk).status == Status.ACTIVE


def test_a_manager_sees_chats_and_accepts_none(cast: Cast, desk) -> None:
    session = waiting(cast.customer)
    here = desk(cast.manager)
    assert not offers(here.lists(), session, "accept")
    assert 'id="chat-bar"' not in text_of(here.lists())
    assert here.post(session, "accept").status_code == 403
    assert here.post(session, "transfer", agent_id=cast.agent.pk).status_code == 403
    assert Session.objects.get(pk=session.pk).status == Status.WAITING


def test_without_a_right_chats_do_not_exist(cast: Cast, desk) -> None:
    session = waiting(cast.customer)
    here = desk(cast.outsider)
    assert here.lists().status_code == 403
    assert here.all().status_code == 403
    assert here.open(session).status_code == 404
    refused = here.post(session, "accept")
    assert refused.status_code == 404
    assert 'id="desk"' not in text_of(refused)
    assert here.client.get("/admin/chat/session/bar/").status_code == 403
    assert here.client.post("/admin/chat/session/availability/", {"status": "available"}).status_code == 403
    assert "/admin/chat/session/" not in text_of(here.client.get("/admin/"))
    assert User.objects.get(pk=cast.outsider.pk).availability == "offline"


def test_with_the_right_to_accept_alone_one_sees_who_waits_and_ones_own(cast: Cast, desk) -> None:
    cast.outsider.user_permissions.set(Permission.objects.filter(codename="chat.accept"))
    helper = fresh(cast.outsider)
    theirs, session = active(cast.stranger, cast.agent), waiting(cast.customer)
    here = desk(helper)
    assert here.open(theirs).status_code == 404
    assert offers(here.lists(), session, "accept")
    accept(session.pk, by=cast.agent)
    late = here.post(session, "accept")
    assert late.status_code == 404
    assert cast.customer.name not in words_of(late)
    assert here.do(waiting(customer("Third"), "Hello"), "accept").status_code == 302


def test_availability_is_switched_in_the_top_bar(cast: Cast, desk) -> None:
    here = desk(cast.agent)
    address = "/admin/chat/session/availability/"
    back = here.client.post(address, {"status": "available", "next": "/admin/accounts/"})
    assert back["Location"] == "/admin/accounts/"
    assert User.objects.get(pk=cast.agent.pk).availability == "available"
    away = here.client.post(address, {"status": "away", "next": "https://elsewhere.example/"})
    assert away["Location"] == DESK
    assert here.client.post(address, {"status": "asleep"}).status_code == 302
    assert User.objects.get(pk=cast.agent.pk).availability == "away"
    bar = here.client.post(address, {"status": "available"}, headers={"HX-Request": "true"})
    assert 'data-availability="available"' in text_of(bar)


def test_the_bar_counts_who_waits_and_what_is_unread(cast: Cast, desk) -> None:
    session = active(cast.customer, cast.agent)
    waiting(cast.stranger)
    bar = text_of(desk(cast.agent).client.get("/admin/chat/session/bar/"))
    assert f'data-mine="{session.pk}"' in bar
    assert words_of(desk(cast.agent).client.get("/admin/chat/session/bar/"), "<a", "</a>").count("1") == 2


def test_an_open_page_gets_a_fragment_of_the_same_rights(cast: Cast, desk) -> None:
    session = active(cast.customer, cast.agent)
    answer = desk(cast.agent).client.get(page_of(session), headers={"HX-Request": "true"})
    assert "<html" not in text_of(answer)
    assert 'id="desk"' in text_of(answer)
    refused = desk(cast.agent).post(session, "reply", by_script=True, body="", client_message_id="a")
    assert refused.status_code == 400
    assert "<html" not in text_of(refused)


def test_reading_by_script_marks_and_answers_nothing(cast: Cast, desk) -> None:
    session = active(cast.customer, cast.agent)
    asked = says(cast.customer, "Hello?")
    answer = desk(cast.agent).post(session, "read", by_script=True, message_id=asked)
    assert (answer.status_code, answer.content) == (200, b"")
    assert ChatMessage.objects.get(pk=asked).read_at is not None
    assert desk(cast.colleague).post(session, "read", message_id=asked).status_code == 403


def test_an_address_without_a_chat_finds_nothing(cast: Cast, desk) -> None:
    here = desk(cast.agent)
    assert here.open(99999999).status_code == 404
    assert here.client.get("/admin/chat/session/x/change/").status_code == 404
    assert here.post(99999999, "accept").status_code == 404
    session = waiting(cast.customer)
    assert here.post(session, "made-up").status_code == 404
    assert here.client.get(act_of(session, "accept"))["Location"] == page_of(session)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_list_shows_past_chats_by_filters(cast: Cast, desk, language: str) -> None:
    session = active(cast.customer, cast.agent)
    end(session.pk, by=cast.agent)
    rate(rating=5, feedback="ممتاز", by=cast.customer)
    waiting(cast.stranger)
    here = desk(cast.agent, language)
    assert here.all().status_code == 200
    found = words_of(here.all(status="ended"), 'id="result_list"')
    assert cast.customer.name in found
    assert cast.stranger.name not in found
    for filters in ({"agent": cast.agent.pk}, {"customer": cast.customer.pk}, {"rated": "good"}, {"q": "سارة"}):
        found = words_of(here.all(**filters), 'id="result_list"')
        assert cast.customer.name in found, filters
        assert cast.stranger.name not in found, filters
    assert 'id="result_list"' not in text_of(here.all(created_at_to="2001-01-01"))
    assert "ممتاز" in text_of(here.open(session))


def test_one_chat_and_many_cost_the_same_queries(cast: Cast, desk) -> None:
    here = desk(cast.agent)

    def queries(address: str) -> int:
        here.client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert here.client.get(address).status_code == 200
        return len(captured)

    session = active(cast.customer, cast.agent)
    waiting(cast.stranger)
    addresses = (DESK, page_of(session), "/admin/chat/session/", "/admin/chat/session/bar/")
    few = [queries(address) for address in addresses]
    for number in range(6):
        waiting(customer(f"Waiting {number}"))
    active(customer("Another"), cast.agent)
    for number in range(10):
        says(cast.customer, f"Message {number}")
        post(session.pk, NewChatMessage(f"Answer {number}"), by=cast.agent)
    assert [queries(address) for address in addresses] == few
    assert max(few) <= 20, few


def test_the_way_back_from_a_chat_keeps_the_filters_of_its_list(cast: Cast, desk) -> None:
    agent = desk(cast.agent)
    session = waiting(cast.customer)
    assert f"{page_of(session)}?_changelist_filters=status%3Dwaiting" in text_of(agent.all(status="waiting"))
    kept = "?_changelist_filters=status%3Dwaiting"
    accepted = agent.client.post(act_of(session, "accept") + kept, follow=True)
    assert 'href="/admin/chat/session/?status=waiting"' in text_of(accepted)
    typed = {"body": "On its way.", "client_message_id": "x1"}
    written = agent.client.post(act_of(session, "reply") + kept, typed, follow=True)
    assert "On its way." in text_of(written)
    assert 'href="/admin/chat/session/?status=waiting"' in text_of(written)


def test_accepting_a_chat_does_not_scroll_to_its_end(cast: Cast, desk) -> None:
    session = waiting(cast.customer)
    assert not desk(cast.agent).do(session, "accept").url.endswith("#message-last")
