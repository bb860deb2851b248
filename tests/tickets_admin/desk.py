"""An agent's desk: the back office through Django's test client with a real session, read as its reader sees it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import User
from tests.client import Client
from tickets.models import Ticket
from tickets.operations import NewTicket, create_ticket


class Desk:
    """`Desk(user).open(ticket)`, `.do(ticket, "reply", body="…")`; answers are Django responses."""

    def __init__(self, user: User, language: str = "en") -> None:
        User.objects.filter(pk=user.pk).update(language=language)
        self.user = user
        self.client = Client(raise_request_exception=True)
        self.client.force_login(user)

    def list(self, **filters: Any) -> Any:
        return self.client.get(reverse("admin:tickets_ticket_changelist"), filters)

    def open(self, ticket: Ticket | int, **parameters: Any) -> Any:
        return self.client.get(page_of(ticket), parameters)

    def do(self, ticket: Ticket | int, act: str, *, shown: Any = None, follow: bool = False, **typed: Any) -> Any:
        """Send one form as a browser does: what the page put into it, and over that what was typed."""
        page = shown if shown is not None else self.open(ticket)
        address = act_of(ticket, act)
        sent = {**fields_of(page, address), **typed}
        return self.client.post(address, sent, follow=follow)

    def post(self, ticket: Ticket | int, act: str, **typed: Any) -> Any:
        """Send only this, as no page would."""
        return self.client.post(act_of(ticket, act), typed)


def page_of(ticket: Ticket | int) -> str:
    return reverse("admin:tickets_ticket_change", args=[getattr(ticket, "pk", ticket)])


def act_of(ticket: Ticket | int, act: str) -> str:
    return reverse("admin:tickets_ticket_act", args=[getattr(ticket, "pk", ticket), act])


def text_of(response: Any) -> str:
    return str(response.content.decode())


def words_of(response: Any, after: str = "<body", before: str = "</body>") -> str:
    """The page's text without its tags, between two pieces of its source."""
    part = text_of(response).partition(after)[2].partition(before)[0]
    return re.sub(r" (?=[:,.])", "", re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", part)))


def opened(customer: User, subject: str = "A broken screen", body: str = "It came broken.", **more: Any) -> Ticket:
    return create_ticket(NewTicket(subject=subject, description=body, **more), by=customer)


def photo(name: str = "photo.txt", content: bytes = b"a plain text file\n") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


class _Forms(HTMLParser):
    """The forms of an address, each as what a browser would send of it, in the page's order."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address, self.inside = address, False
        self.forms: list[dict[str, Any]] = []
        self.select = self.area = ""
        self.untouched = True

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        given = dict(attributes)
        if tag == "form":
            self.inside = given.get("action", "") == self.address
            if self.inside:
                self.forms.append({})
        if not self.inside:
            return
        found, name = self.forms[-1], given.get("name", "")
        if tag == "input" and given.get("type") == "checkbox":
            if "checked" in given:
                found.setdefault(name, []).append(given.get("value", "on"))
        elif tag == "input" and given.get("type") != "file":
            found[name] = given.get("value") or ""
        elif tag == "select":
            self.select, self.untouched = name, True
            found[name] = ""
        elif tag == "option" and self.select and ("selected" in given or self.untouched):
            found[self.select], self.untouched = given.get("value") or "", False
        elif tag == "textarea":
            self.area = name
            found[name] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.area = ""

    def handle_data(self, data: str) -> None:
        if self.inside and self.area:
            found = self.forms[-1]
            found[self.area] += data.removeprefix("\n") if not found[self.area] else data


def fields_of(response: Any, address: str) -> dict[str, Any]:
    """Return what a browser would send of the fullest form with this address; an assertion when the page has none.

    A page may offer the same act twice: by one click on top, and by a form that asks more.
    """
    parser = _Forms(address)
    parser.feed(text_of(response))
    assert parser.forms, f"The page has no form for {address}."
    fullest = max(parser.forms, key=len)  # the first of equals
    return {name: value for name, value in fullest.items() if name and name != "csrfmiddlewaretoken"}


def offers(response: Any, ticket: Ticket | int, act: str) -> bool:
    """Return whether the page has a form for this act."""
    return f'action="{act_of(ticket, act)}"' in text_of(response)
