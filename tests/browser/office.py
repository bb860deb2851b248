"""A web process on the test's own database, and people of it at their own browsers, signed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from django.conf import settings

from accounts.models import User
from tests.client import Client
from tests.realtime.servers import Web

Look = Callable[..., Any]
# Sockets and the names of what they heard, for waiting and cutting.
WATCH = """window.sockets = []; window.heard = [];
window.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    sockets.push(this);
    this.addEventListener("message", ({ data }) => heard.push(JSON.parse(data).event));
  }
};"""


# When the page's scripts asked for addresses of a kind, in milliseconds by the page's own clock.
ASKED = """pattern => performance.getEntriesByType("resource").filter(({ name, initiatorType }) =>
  initiatorType === "fetch" && new RegExp(pattern).test(name)).map(({ startTime }) => startTime)"""


def pauses(page: Any, pattern: str) -> list[float]:
    """Return the milliseconds between one request of the page's scripts and the next, of addresses like this."""
    asked = page.evaluate(ASKED, pattern)
    assert asked
    return [later - sooner for sooner, later in pairwise(asked)]


@pytest.fixture(autouse=True)
def beside_the_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Playwright keeps a loop on this thread; nothing asynchronous uses its connection."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture(scope="session")
def office(django_db_setup: None) -> Iterator[Web]:
    web = Web(DEBUG="0")
    web.environment["SITE_URL"] = web.site
    with web.start():
        yield web


@pytest.fixture
def look(office: Web, chromium: Any, transactional_db: None) -> Iterator[Look]:
    """`look(user, path)` is a page of that person's own browser, once its socket has heard `until`.

    `page.complaints` are what it complained about, `page.fragments` what its scripts asked for.
    """
    contexts = []

    def enter(
        user: User, path: str, *, language: str = "en", scripts: bool = True, until: str = "ready", **options: Any
    ) -> Any:
        User.objects.filter(pk=user.pk).update(language=language)
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        context = chromium.new_context(java_script_enabled=scripts, **options)
        contexts.append(context)
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": office.site}])
        page = context.new_page()
        page.fragments, page.complaints = [], []
        page.on("request", lambda sent: "hx-request" in sent.headers and page.fragments.append(sent))
        page.on("console", lambda said: said.type in {"error", "warning"} and page.complaints.append(said.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.add_init_script(WATCH)
        page.goto(office.site + path)
        if scripts:
            page.wait_for_function("name => heard.includes(name)", arg=until)
        return page

    yield enter
    for context in contexts:
        context.close()
