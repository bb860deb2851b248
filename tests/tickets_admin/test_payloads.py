"""Sixty payloads of scripts in the fields that pages show: each stays text, in elements and in attributes."""

from __future__ import annotations

from html.parser import HTMLParser
from itertools import product
from urllib.parse import urlsplit

from accounts.models import User
from chat.operations import NewChatMessage, post
from tests.cast import Cast, customer
from tests.chat_admin.desk import DESK, active
from tests.chat_admin.desk import page_of as chat_of
from tests.tickets_admin.desk import Desk, opened, text_of
from tickets.operations import NewMessage, add_message

BASES = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<iframe src=javascript:alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "javascript:alert(1)",
    "https://e.example/'onmouseover='alert(1)",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<math><mtext><style><img src onerror=alert(1)>",
    "<object data=data:text/html,x>",
    "<base href=//e.example>",
    "<meta http-equiv=refresh content=0>",
    "<form action=//e.example><button>x",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "{{ 7|add:7 }}{% debug %}",
    "<!--<script>-->alert(1)",
)
AROUND = ("{}", "\"'>{}", "**{}**\n- `{}`")
PAYLOADS = [around.replace("{}", base) for base, around in product(BASES, AROUND)]
FORBIDDEN = {"iframe", "object", "embed", "base", "math", "foreignobject"}


class Found(HTMLParser):
    """Collect what of a page could run: elements, attributes and addresses that our templates never write."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        address = given.get("href") or given.get("src") or given.get("action") or ""
        is_wrong = (
            tag in FORBIDDEN
            or (tag == "script" and "src" not in given)
            or (tag == "img" and given.get("src") == "x")
            or (tag == "meta" and "http-equiv" in given)
            or any(name.startswith("on") for name in given)
            or urlsplit(address).scheme not in {"", "http", "https", "mailto", "tel", "data"}
            or (address.startswith("data:") and address != "data:,")
            or address.startswith("//")
        )
        if is_wrong:
            self.wrong.append(f"<{tag} {given}>")


def test_sixty_payloads_stay_text_in_threads_lists_names_and_drafts(cast: Cast) -> None:
    assert len(PAYLOADS) == 60
    ticket = opened(cast.customer, PAYLOADS[1], PAYLOADS[4])
    chat = active(cast.stranger, cast.agent)
    for place, payload in enumerate(PAYLOADS):
        add_message(ticket.pk, NewMessage(payload, is_internal=place % 3 == 0), by=cast.agent)
        post(chat.pk, NewChatMessage(payload), by=cast.stranger)
        if place % 3 < 2:
            opened(_named(payload), payload.replace("\n", " ")[:200], payload)
    agent = Desk(cast.agent)
    pages = [
        agent.open(ticket),
        agent.open(ticket, before=ticket.messages.order_by("-pk")[20].pk),
        agent.list(view="all"),
        agent.client.get(chat_of(chat)),
        agent.client.get(DESK),
        agent.client.get("/admin/"),
    ]
    pages += [agent.post(ticket, "reply", body=payload, status=payload) for payload in PAYLOADS[::6]]
    for page in pages:
        assert page.status_code in {200, 400}
        assert Found(text_of(page)).wrong == []
    assert "&lt;body onload=alert(1)&gt;" in text_of(pages[0])
    assert "<strong>&lt;body onload=alert(1)&gt;</strong>" in text_of(pages[0])


def _named(payload: str) -> User:
    """A customer whose name is a payload."""
    person = customer()
    User.objects.filter(pk=person.pk).update(name=payload.replace("\n", " ")[:150])
    return person
