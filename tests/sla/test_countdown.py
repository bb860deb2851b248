"""The countdown of the list, in a real browser: it goes on by itself, in the reader's language."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from playwright.sync_api import expect

from core import clock
from tickets.admin.sla_badge import badge_context
from tickets.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SCRIPT = Path(__file__).parents[2] / "tickets" / "static" / "tickets" / "sla_badge.js"
PAGE = '<html lang="{}"><body>{}<script type="module" src="/sla_badge.js"></script>'


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ar", ["بقي ساعتان", "بقي 30 دقيقة", "التأخر: 30 دقيقة"]),
        ("en", ["2 hours", "30 minutes left", "30 minutes late"]),
    ],
)
def test_a_countdown_goes_on_turns_yellow_when_it_warns_and_red_without_a_reload(chromium, language, said):
    now = clock.now()
    due_at = now + datetime.timedelta(hours=2, seconds=30)
    ticket = Ticket(status="open", sla_due_at=due_at, sla_warning_at=due_at - datetime.timedelta(minutes=40))
    with translation.override(language):
        html = PAGE.format(language, render_to_string("tickets/sla_badge.html", badge_context(ticket)))
    page = chromium.new_page()
    page.route("**/*", lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
    page.route("**/*.js", lambda route: route.fulfill(path=SCRIPT, content_type="text/javascript"))
    page.clock.install(time=now)
    page.goto("http://list.test/")
    badge = page.locator("[data-due]")
    for minutes, words, tone in zip((0, 90, 61), said, ("info", "warn", "bad"), strict=True):
        page.clock.fast_forward(minutes * 60_000)
        expect(badge).to_contain_text(words)
        expect(badge).to_have_class(re.compile(rf"\b{tone}\b"))
    page.close()
