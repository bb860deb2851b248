"""Replies and notes from the page: sent once, guarded, and never lost."""

import re
from urllib.parse import urlsplit

from tests.client import Client
from tests.tickets_admin.desk import act_of, fields_of, offers, opened, page_of, photo, text_of, words_of
from tickets.models import Draft, Message, Ticket
from tickets.operations import (
    NewMessage,
    add_message,
    assign,
    change_status,
    merge,
    save_canned_response,
)
from uploads.models import Attachment


def bodies(ticket, **which):
    return list(Message.objects.filter(ticket=ticket, **which).order_by("pk").values_list("body", flat=True))


def test_a_reply_is_sent_and_the_page_stands_at_it(cast, desk):
    ticket = opened(cast.customer)
    answer = desk(cast.agent).do(ticket, "reply", body="سنرسل لك جهازا جديدا.\r\nTomorrow.")
    message = Message.objects.get(ticket=ticket, author=cast.agent)
    assert (message.body, message.is_internal) == ("سنرسل لك جهازا جديدا.\nTomorrow.", False)
    assert answer.status_code == 302
    assert answer.url == f"{page_of(ticket)}#message-{message.pk}"
    ticket.refresh_from_db()
    assert (ticket.status, ticket.first_response_by) == ("in_progress", cast.agent)


def test_a_note_is_marked_and_is_no_answer(cast, desk):
    ticket = opened(cast.customer)
    agent = desk(cast.agent)
    agent.do(ticket, "note", body="He called twice.")
    assert Message.objects.get(ticket=ticket, author=cast.agent).is_internal
    ticket.refresh_from_db()
    assert (ticket.status, ticket.first_response_at) == ("open", None)
    page = text_of(agent.open(ticket))
    assert re.search(r'class="message internal".*?Internal note.*?He called twice\.', page, re.DOTALL)


def test_a_reply_sent_twice_is_one_message(cast, desk):
    ticket = opened(cast.customer)
    agent = desk(cast.agent)
    page = agent.open(ticket)
    first = agent.do(ticket, "reply", shown=page, body="Once.", status="pending")
    second = agent.do(ticket, "reply", shown=page, body="Once.", status="pending")
    assert first.url == second.url
    assert bodies(ticket, author=cast.agent) == ["Once."]


def test_a_reply_that_arrives_again_later_moves_no_state(cast, desk):
    ticket = opened(cast.customer)
    agent = desk(cast.agent)
    page = agent.open(ticket)
    agent.do(ticket, "reply", shown=page, body="Once.", status="pending")
    add_message(ticket.pk, NewMessage(body="Here it is."), by=cast.customer)
    agent.do(ticket, "reply", shown=page, body="Once.", status="pending")
    ticket.refresh_from_db()
    assert ticket.status == "open"


def test_text_changed_after_sending_is_not_swallowed(cast, desk):
    ticket = opened(cast.customer)
    agent = desk(cast.agent)
    page = agent.open(ticket)
    agent.do(ticket, "reply", shown=page, body="First.")
    back = agent.do(ticket, "reply", shown=page, body="First, and more.", last_seen="")
    assert back.status_code == 400
    assert "sent before" in words_of(back)
    assert "First, and more." in fields_of(back, act_of(ticket, "reply"))["body"]
    assert agent.do(ticket, "reply", shown=back).status_code == 302
    assert bodies(ticket, author=cast.agent) == ["First.", "First, and more."]


def test_a_thread_that_moved_keeps_the_text_and_shows_what_came(cast, desk):
    ticket = opened(cast.customer)
    agent = desk(cast.agent)
    page = agent.open(ticket)
    add_message(ticket.pk, NewMessage(body="I found the receipt."), by=cast.customer)
    refused = agent.do(ticket, "reply", shown=page, body="Please send the receipt.")
    assert refused.status_code == 409
    assert bodies(ticket, author=cast.agent) == []
    shown = text_of(refused)
    assert "New messages came while you were writing." in shown
    assert re.search(r"is-new.*?I found the receipt\.", shown, re.DOTALL)
    assert fields_of(refused, act_of(ticket, "reply"))["body"] == "Please send the receipt."
    assert agent.do(ticket, "reply", shown=refused).status_code == 302
    assert bodies(ticket, author=cast.agent) == ["Please send the receipt."]


def test_a_note_moves_no_thread(cast, desk):
    ticket = opened(cast.customer)
    agent = desk(cast.agent)
    page = agent.open(ticket)
    add_message(ticket.pk, NewMessage(body="psst", is_internal=True), by=cast.colleague)
    assert agent.do(ticket, "reply", shown=page, body="Hello.").status_code == 302


def test_the_state_follows_a_reply_in_one_step(cast, desk):
    ticket = opened(cast.customer)
    desk(cast.agent).do(ticket, "reply", body="Done.", status="resolved")
    ticket.refresh_from_db()
    assert (ticket.status, ticket.resolved_by) == ("resolved", cast.agent)


def test_a_state_that_cannot_follow_takes_the_reply_back(cast, desk):
    ticket = opened(cast.customer)
    agent = desk(cast.agent)
    page = agent.open(ticket)
    change_status(ticket.pk, "closed", by=cast.lead)
    refused = agent.do(ticket, "reply", shown=page, body="Waiting for you.", status="pending")
    assert refused.status_code == 409
    assert bodies(ticket, author=cast.agent) == []
    assert fields_of(refused, act_of(ticket, "reply"))["body"] == "Waiting for you."


def test_a_reply_to_a_ticket_merged_meanwhile_goes_to_its_target(cast, desk):
    ticket, target = opened(cast.customer), opened(cast.customer, "The same again")
    agent = desk(cast.agent)
    page = agent.open(ticket)
    merge(target.pk, [ticket.pk], by=cast.lead)
    answer = agent.do(ticket, "reply", shown=page, body="Hello.", last_seen="")
    assert answer.url.startswith(page_of(target))
    assert bodies(target, author=cast.agent) == ["Hello."]


def test_an_empty_reply_is_refused_in_place(cast, desk):
    ticket = opened(cast.customer)
    refused = desk(cast.agent).do(ticket, "reply", body="   ")
    assert refused.status_code == 400
    assert "Write something or attach a file." in words_of(refused)


def test_files_go_with_a_reply_and_are_fetched_by_a_signed_link(cast, desk):
    ticket = opened(cast.customer)
    agent = desk(cast.agent)
    agent.do(ticket, "reply", body="See the file.", attachments=[photo("فاتورة.txt"), photo("b.txt")])
    names = ["فاتورة.txt", "b.txt"]
    rows = list(Attachment.objects.filter(owner_type="message").order_by("position"))
    assert [row.filename for row in rows] == names
    page = text_of(agent.open(ticket))
    address = f"/admin/tickets/ticket/{ticket.pk}/files/{rows[0].pk}/"
    assert address in page
    signed = agent.client.get(address)
    assert f"reader={cast.agent.pk}" in signed.url
    link = urlsplit(signed.url)
    assert Client().get(f"{link.path}?{link.query}").status_code == 404
    fetched = agent.client.get(f"{link.path}?{link.query}")
    assert b"".join(fetched.streaming_content) == b"a plain text file\n"


def test_files_of_a_refused_reply_are_kept_for_the_next_attempt(cast, desk):
    ticket = opened(cast.customer)
    agent = desk(cast.agent)
    page = agent.open(ticket)
    add_message(ticket.pk, NewMessage(body="One more thing."), by=cast.customer)
    refused = agent.do(ticket, "reply", shown=page, body="Here.", attachments=[photo("manual.txt")])
    assert refused.status_code == 409
    assert "manual.txt" in words_of(refused)
    agent.do(ticket, "reply", shown=refused)
    message = Message.objects.get(ticket=ticket, author=cast.agent)
    assert Attachment.objects.get(owner_type="message", owner_id=message.pk).filename == "manual.txt"
    assert Attachment.objects.count() == 1


def test_a_file_that_is_not_taken_is_named_and_the_text_kept(cast, desk):
    ticket = opened(cast.customer)
    refused = desk(cast.agent).do(
        ticket, "reply", body="Look.", attachments=[photo("ok.txt"), photo("page.html", b"<script>alert(1)</script>")]
    )
    assert refused.status_code == 415
    assert fields_of(refused, act_of(ticket, "reply"))["body"] == "Look."
    assert "not accepted" in words_of(refused)
    assert Attachment.objects.count() == 0
    assert bodies(ticket, author=cast.agent) == []


def test_another_persons_upload_is_never_sent_along(cast, desk):
    ticket = opened(cast.customer)
    desk(cast.colleague).do(ticket, "reply", body="", attachments=[photo("secret.txt")], insert="1")
    theirs = Attachment.objects.get()
    sent = desk(cast.agent).do(ticket, "reply", body="Mine?", stored=[str(theirs.pk), "nonsense"])
    assert sent.status_code == 302
    theirs.refresh_from_db()
    assert theirs.owner_type == ""
    refused = desk(cast.agent).do(ticket, "reply", body="", stored=[str(theirs.pk)])
    assert "secret.txt" not in text_of(refused)


def test_a_file_that_one_may_not_read_is_absent(cast, desk):
    seen, hidden = opened(cast.customer), opened(cast.customer)
    agent = desk(cast.agent)
    agent.do(hidden, "reply", body="See.", attachments=[photo()])
    agent.do(seen, "reply", body="", attachments=[photo("not-sent.txt")], insert="1")
    assign(hidden.pk, agent_id=cast.agent.pk, team_id=cast.team.pk, by=cast.lead)
    outsider = desk(cast.outsider)
    for row in Attachment.objects.all():
        assert agent.client.get(f"/admin/tickets/ticket/{seen.pk}/files/{row.pk}/").status_code == 302
        assert outsider.client.get(f"/admin/tickets/ticket/{seen.pk}/files/{row.pk}/").status_code == 404
    for name in ("x", "00000000-0000-0000-0000-000000000000"):
        assert agent.client.get(f"/admin/tickets/ticket/{seen.pk}/files/{name}/").status_code == 404


def test_a_canned_response_goes_in_without_scripts_and_keeps_text_and_files(cast, desk):
    ticket = opened(cast.customer, order_id="A-9")
    made = save_canned_response(
        None,
        changes={
            "title_ar": "تحية",
            "title_en": "Greeting",
            "body_ar": "مرحبا {customer_name}، طلبك {order_id} {nothing}",
            "body_en": "Hello {customer_name}",
            "shortcut": "hi",
        },
        by=cast.lead,
    )
    agent = desk(cast.agent)
    page = agent.do(ticket, "reply", body="بداية", canned=f"{made.pk}:ar", insert="1", attachments=[photo("kept.txt")])
    assert page.status_code == 200
    typed = fields_of(page, act_of(ticket, "reply"))
    assert typed["body"] == f"بداية\n\nمرحبا {cast.customer.name}، طلبك A-9 {{nothing}}"
    assert "kept.txt" in words_of(page)
    assert bodies(ticket, author=cast.agent) == []
    assert agent.do(ticket, "reply", shown=page).status_code == 302
    assert Attachment.objects.filter(owner_type="message").count() == 1
    text = agent.client.get(f"/admin/tickets/ticket/{ticket.pk}/canned/", {"canned": f"{made.pk}:en"})
    assert text.content.decode() == f"Hello {cast.customer.name}"
    assert text.headers["Content-Type"].startswith("text/plain")


def test_inserting_nothing_says_so(cast, desk):
    ticket = opened(cast.customer)
    for chosen in ("", "12:ar", "x:ar", "1:fr", "99999999999999999999:ar"):
        refused = desk(cast.agent).post(ticket, "reply", body="text", canned=chosen, insert="1")
        assert refused.status_code == 400
        assert "Choose a canned response." in text_of(refused)


def test_earlier_messages_are_a_page_away_and_the_opening_stays_first(cast, desk):
    ticket = opened(cast.customer, body="THE-OPENING")
    for number in range(60):
        add_message(ticket.pk, NewMessage(body=f"word-{number:02}"), by=cast.customer)
    agent = desk(cast.agent)
    latest = text_of(agent.open(ticket))
    assert latest.index("THE-OPENING") < latest.index("word-59")
    assert "word-05" not in latest
    earlier = re.search(r'href="\?before=(\d+)', latest)[1]
    page = agent.open(ticket, before=earlier)
    assert "word-05" in text_of(page)
    assert text_of(page).index("THE-OPENING") < text_of(page).index("word-05")
    assert not offers(page, ticket, "reply")
    assert agent.open(ticket, before="junk").status_code == 200


def test_after_a_merge_the_thread_says_where_a_message_came_from(cast, desk):
    source, target = opened(cast.customer, body="from the source"), opened(cast.customer, "Target", "of the target")
    merge(target.pk, [source.pk], by=cast.lead)
    page = words_of(desk(cast.agent).open(target))
    assert f"from {source.number}" in page
    assert page.index("of the target") < page.index("from the source")
    merged = desk(cast.agent).open(source)
    assert target.number in words_of(merged)
    assert not offers(merged, source, "reply")


def test_a_customers_follow_up_opens_with_his_message(cast, desk):
    old = opened(cast.customer)
    change_status(old.pk, "closed", by=cast.agent)
    new = add_message(old.pk, NewMessage(body="It broke again."), by=cast.customer).opened
    assign(new.pk, agent_id=cast.agent.pk, by=cast.agent)
    page = text_of(desk(cast.agent).open(new))
    assert "It broke again." in page
    assert old.number in page
    assert Ticket.objects.count() == 2


def test_a_draft_is_kept_until_it_is_sent_and_is_nobody_elses(cast, desk):
    ticket = opened(cast.customer)
    agent, colleague = desk(cast.agent), desk(cast.colleague)
    address = f"/admin/tickets/ticket/{ticket.pk}/draft/"
    assert agent.client.post(address, {"kind": "reply", "body": "Half a <b>sent"}).status_code == 204
    page = agent.open(ticket)
    assert fields_of(page, act_of(ticket, "reply"))["body"] == "Half a <b>sent"
    assert fields_of(colleague.open(ticket), act_of(ticket, "reply"))["body"] == ""
    assert agent.client.post(address, {"kind": "other", "body": "x"}).status_code == 400
    agent.do(ticket, "reply", shown=page)
    assert fields_of(agent.open(ticket), act_of(ticket, "reply"))["body"] == ""
    assert not Draft.objects.exists()


def test_an_agent_chooses_that_replies_are_held_and_it_is_theirs_alone(cast, desk):
    ticket, here = opened(cast.customer), desk(cast.agent)
    assert " data-hold " not in text_of(here.open(ticket))
    back = here.client.post("/admin/hold-replies", {"hold": "1", "next": page_of(ticket)})
    assert back["Location"] == page_of(ticket)
    assert " data-hold " in text_of(here.open(ticket))
    assert " data-hold " not in text_of(desk(cast.colleague).open(ticket))
    assert (
        here.client.post("/admin/hold-replies", {"hold": "0", "next": "https://elsewhere.test/"})["Location"]
        == "/admin/"
    )
    assert " data-hold " not in text_of(here.open(ticket))
    assert here.client.get("/admin/hold-replies").status_code == 405
