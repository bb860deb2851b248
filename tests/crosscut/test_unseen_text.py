"""Text that nobody would see says nothing, whichever door it comes through; what people see is kept as written."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api import Api, data, refusal
from tests.portal.test_pages import signed_in
from tickets.models import Message, Ticket

UNSEEN = ("\u200f", "\u200b \u2060", "\u202e\n\ufeff", "\u3164\u2800", "\ufe0f\U000e0041", "\u00ad")
SEEN = ("\u200fمرحبا", "👨\u200d👩\u200d👧", "👍\ufe0f", "\u202eabc", "\U0001fae9", "ـ")
"""With marks that belong to it, and an emoji younger than this Python's tables."""
TICKET = {"subject": "شاشة مكسورة", "description": "نص"}


@pytest.mark.parametrize("text", UNSEEN[:3])
def test_the_api_takes_what_nobody_sees_for_nothing(cast: Any, text: str) -> None:
    customer, lead = Api(cast.customer), Api(cast.lead)
    ticket = data(customer.post("/tickets", TICKET), 201)
    thread = f"/tickets/{ticket['id']}/messages"
    data(customer.post("/chat/sessions"), 201)
    for client, path, body, field in (
        (customer, "/tickets", {**TICKET, "subject": text}, "subject"),
        (customer, thread, {"body": text}, "body"),
        (customer, "/chat/my-session/messages", {"body": text}, "body"),
        (Api(), "/auth/guest", {"name": text}, "name"),
        (lead, "/tickets/categories", {"nameAr": text, "nameEn": "Screens"}, "nameAr"),
        (Api(cast.agent), f"/tickets/{ticket['id']}/escalate", {"reason": text}, "reason"),
    ):
        assert field in refusal(client.post(path, body), 400, "invalid")["fields"], path
    assert (Ticket.objects.count(), Message.objects.count()) == (1, 1)
    assert data(customer.post("/tickets", {**TICKET, "orderId": text}), 201)["orderId"] == ""


def test_a_page_takes_what_nobody_sees_for_nothing(cast: Any) -> None:
    page = signed_in(cast.customer)
    for text in UNSEEN:
        for form in ({"subject": text, "description": "d"}, {"subject": "s", "description": text}):
            assert page.post("/help/tickets/new", {**form, "form_id": "one"}).status_code == 400, ascii(text)
    assert not Ticket.objects.exists()


def test_what_is_seen_is_kept_with_its_marks(cast: Any) -> None:
    customer = Api(cast.customer)
    for text in SEEN:
        ticket = data(customer.post("/tickets", {"subject": text, "description": text}), 201)
        assert (ticket["subject"], ticket["description"]) == (text, text)
