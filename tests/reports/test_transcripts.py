"""Transcripts of tickets and chats as PDFs."""

from __future__ import annotations

import io
import re

import pytest
from pypdf import PdfReader

from audit.models import Entry
from tests.api import Api
from tests.chat.acts import active, noted, told
from tests.tickets.acts import opened, replied
from tests.tickets_admin.desk import Desk


def text_of(response) -> str:
    content = response.content if not response.streaming else b"".join(response.streaming_content)
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_a_tickets_transcript_has_the_thread_without_notes_unless_they_are_asked_for(cast):
    ticket = opened(cast.customer, subject="No signal", description="It says <b>no</b> service.")
    replied(cast.agent, ticket, "Restart it, please.")
    replied(cast.agent, ticket, "He sounds angry.", isInternal=True)
    address = f"/tickets/{ticket['id']}/transcript?language=en"
    said = text_of(Api(cast.lead).get(address))
    for words in ("No signal", ticket["ticketNumber"], "It says <b>no</b> service.", "Restart it, please."):
        assert words in said
    assert re.search(r"1 /\s+1\b", said)
    assert "angry" not in said
    assert "He sounds angry." in text_of(Api(cast.lead).get(f"{address}&notes=true"))
    entries = Entry.objects.filter(action="EXPORT_CREATED", entity_type="ticket", entity_id=ticket["id"])
    assert [entry.detail.new_values["notes"] for entry in entries.order_by("pk")] == [False, True]


def test_a_chats_transcript_has_what_was_said_in_public(cast):
    chat = active(cast.customer, cast.agent)
    told(cast.agent, chat, "Where do you live?")
    noted(cast.agent, chat, "a secret")
    said = text_of(Api(cast.lead).get(f"/chat/sessions/{chat['id']}/transcript?language=en"))
    assert "Where do you live?" in said
    assert "a secret" not in said


def test_a_long_thread_has_the_number_of_its_pages_on_each(cast):
    ticket = opened(cast.customer, description="\n".join(f"line {n}" for n in range(300)))
    content = b"".join(Api(cast.lead).get(f"/tickets/{ticket['id']}/transcript?language=ar").streaming_content)
    pages = PdfReader(io.BytesIO(content)).pages
    assert len(pages) > 4
    for number, page in enumerate(pages, 1):
        assert f"{number} / {len(pages)}" in re.sub(r"\s*/\s*", " / ", page.extract_text())
    assert "line 299" in pages[-1].extract_text()


def test_what_one_may_not_see_is_not_there_and_who_may_not_export_is_refused(cast):
    ticket = opened(cast.customer)
    address = f"/tickets/{ticket['id']}/transcript"
    assert [Api(user).get(address).status_code for user in (cast.agent, cast.customer)] == [403, 404]
    assert Api(cast.lead).get("/tickets/999999/transcript").status_code == 404
    assert Api(cast.lead).get(f"{address}?language=xx").status_code == 400
    assert Api(cast.lead).get(f"{address}?notes=2").status_code == 400


@pytest.mark.parametrize(("language", "label"), [("ar", "النص الكامل بصيغة PDF"), ("en", "Transcript as PDF")])
def test_the_ticket_page_offers_it_to_those_who_may(cast, language, label):
    ticket = opened(cast.customer)
    page = f"/admin/tickets/ticket/{ticket['id']}/change/"
    html = Desk(cast.lead, language).client.get(page).content.decode()
    assert label in html
    address = re.search(r'href="(/admin/reports/tickets/\d+/transcript)"', html)[1]
    assert Desk(cast.lead, language).client.get(address).headers["Content-Type"] == "application/pdf"
    assert "/transcript" not in Desk(cast.agent, language).client.get(page).content.decode()
