"""Every kind can be told in both languages, and no template asks for what its context does not hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines

from notifications import digest
from notifications.kinds import kinds
from notifications.rendering import mail

FOLDER = Path(settings.BASE_DIR) / "templates" / "email"
EVERY = sorted([*kinds(), digest.SLUG])
MISSING = "⁇%s⁇"


@pytest.fixture
def strict(monkeypatch):
    """Templates in which a missing variable shows."""
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", MISSING)


def sample(slug: str, language: str) -> dict:
    return digest.sample(language) if slug == digest.SLUG else kinds()[slug].sample(language)


def test_every_folder_belongs_to_a_kind_and_every_kind_has_one():
    assert {path.name for path in FOLDER.iterdir() if path.is_dir()} == set(EVERY)


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("slug", EVERY)
def test_a_kind_is_told_in_both_languages_with_nothing_missing(strict, slug, language):
    one = sample(slug, language)
    for entries in ([one], [one] * 30):
        subject, short, text, html = mail(slug, entries, language, "https://example.test/unsubscribe")
        for told in (subject, short, text, html):
            assert "⁇" not in told
            assert told.strip()
        assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in html
        assert "https://example.test/unsubscribe" in html
        assert "https://example.test/unsubscribe" in text
        assert "<p" not in text
        assert "\n" not in subject


@pytest.mark.parametrize("slug", EVERY)
def test_what_people_wrote_is_escaped(slug):
    evil = {
        name: "<script>x</script>" if isinstance(value, str) else value for name, value in sample(slug, "en").items()
    }
    evil |= {"status": "open", "from": "open", "to": "open"} if "ticket" in slug else {}
    assert "<script>" not in mail(slug, [evil], "en").html


@pytest.mark.parametrize(("language", "word"), [("ar", "بانتظار ردك"), ("en", "Waiting for you")])
def test_a_customer_reads_that_a_pending_ticket_waits_for_them_and_its_number_whole(language, word):
    made = mail("ticket-status-changed", [kinds()["ticket-status-changed"].sample(language)], language)
    assert word in made.subject
    assert '<bdi style="white-space:nowrap">TKT-2026-000123</bdi>' in made.html
    hostile = {**kinds()["ticket-created"].sample(language), "ticket_number": "<b>TKT-1-2</b>"}
    assert "<b>" not in mail("ticket-created", [hostile], language).html.split("<h1")[1].split("</h1>")[0]
