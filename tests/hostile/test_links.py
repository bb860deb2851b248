"""Mailed links that were changed, cut off, used up or outlived: a page that says so in the reader's language."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import time_machine
from django.test import Client

from accounts.operations.personal_data import erase_personal_data
from core import clock
from notifications.links import unsubscribe_url
from tests.api import Api, data, refusal
from tests.tickets.acts import act, bodies, moved, opened, row
from tests.uploads.door import as_json
from tickets.models import Rating, Ticket
from tickets.rating_links import rating_url
from tickets.reading_links import reading_url

pytestmark = pytest.mark.django_db
LANGUAGES = ("ar", "en")


def path(url: str) -> str:
    return urlsplit(url).path


def rating(cast: Any) -> str:
    return path(rating_url(row(moved(cast.agent, opened(cast.stranger), "in_progress", "resolved"))))


def reading(cast: Any) -> str:
    return path(reading_url(row(opened(cast.guest)), cast.guest))


def fewer(cast: Any) -> str:
    return path(unsubscribe_url(cast.stranger, "ticket-created", "email"))


def signing_in(cast: Any) -> str:
    return "/help/sign-in/link/" + "a" * 43


def new_password(cast: Any) -> str:
    return "/admin/password/reset/" + "a" * 43


LINKS: dict[str, Callable[[Any], str]] = {
    "rating": rating, "reading": reading, "fewer": fewer, "signing_in": signing_in, "new_password": new_password,
}  # fmt: skip


def changed(link: str) -> Iterator[str]:
    """Yield the link as mail programs and people spoil it."""
    base, _, token = link.rpartition("/")
    ends = (token[:-1], token[1:], token + "x", token[::-1], token.swapcase(), token.replace(":", "") + "x")
    odd = ("%00", token + "%00", "%FF%FE", quote("رابط"), token + quote("\u202e"), ":", "::", "a" * 5000, ".eJw:1:a")
    return (f"{base}/{end}" for end in (*ends, *odd))


def visit(link: str, language: str, method: str = "get", body: Any = None) -> Any:
    return getattr(Client(headers={"accept-language": language}), method)(link, body)


@pytest.mark.parametrize("kind", LINKS)
def test_a_link_that_was_changed_is_refused_in_words(cast: Any, kind: str) -> None:
    link = LINKS[kind](cast)
    asks_only_by_post = kind in ("signing_in", "new_password")
    for broken, language in zip(changed(link), itertools.cycle(LANGUAGES), strict=False):
        shown = visit(broken, language)
        assert shown.status_code == (200 if asks_only_by_post else 404), (broken, shown.status_code)
        posted = visit(broken, language, "post", {"new_password": "another-long-battery", "rating": "5"})
        assert posted.status_code in ((400, 200) if asks_only_by_post else (404,)), (broken, posted.status_code)
        for page in (shown, posted):
            assert f'<html lang="{language}"' in page.content.decode(), broken
    assert not Ticket.objects.exclude(rating=None).exists()


@pytest.mark.parametrize("body", [{}, {"rating": "٦"}, {"rating": "9" * 40}, {"rating": "5", "feedback": "a\0b"}])
def test_a_rating_that_is_none_is_asked_for_again(cast: Any, body: dict[str, str]) -> None:
    assert visit(rating(cast), "en", "post", body).status_code == 400
    assert not Ticket.objects.exclude(rating=None).exists()


def test_links_end_with_the_person_and_after_their_time(cast: Any) -> None:
    links = [rating(cast), reading(cast)]
    assert [visit(link, "en").status_code for link in links] == [200, 200]
    with time_machine.travel(clock.now() + timedelta(days=200)):
        assert [visit(link, "en").status_code for link in links] == [404, 404]
    for person in (cast.stranger, cast.guest):
        erase_personal_data(person.pk, by=None)
    assert [visit(link, "en").status_code for link in links] == [404, 404]
    assert [visit(link, "en", "post", {"rating": "5"}).status_code for link in links] == [404, 404]
    assert visit(fewer(cast), "en", "post").status_code < 500


def test_links_of_a_merged_ticket_lead_to_where_it_went(cast: Any) -> None:
    source, target = opened(cast.guest, subject="First"), opened(cast.guest, subject="Second")
    link = path(reading_url(row(source), cast.guest))
    rate = path(rating_url(row(source)))
    act(cast.lead, target, "merge", {"sourceIds": [source["id"]]})
    shown = visit(link, "en").content.decode()
    assert f'<bdi dir="ltr">{source["ticketNumber"]}</bdi> was merged into this one.' in shown
    assert "<h1><bdi>Second</bdi></h1>" in shown
    assert visit(link, "en", "post", {"act": "reply", "body": "Any news?", "client_message_id": "1"}).status_code == 302
    assert bodies(cast.guest, target)[-1] == "Any news?"
    moved(cast.agent, target, "in_progress", "resolved")
    assert target["ticketNumber"] in visit(rate, "en").content.decode()
    assert visit(rate, "en", "post", {"rating": "5"}).status_code == 200
    assert (row(target).rating.rating, Rating.objects.count()) == (5, 1)


def test_a_reference_to_a_file_that_is_no_link_of_ours_is_refused(cast: Any) -> None:
    kept = data(Api(cast.customer).post("/tickets/upload", as_json([("a.txt", b"x")])), 201)["attachments"][0]
    for broken in (
        kept["url"] + "&a=1" * 12,
        kept["url"][:-1],
        kept["url"].replace("reader=", "reader=٥"),
        "http://[/files",
    ):
        body = {"subject": "s", "description": "d", "attachments": [broken]}
        refusal(Api(cast.customer).post("/tickets", body), 400, "invalid")
