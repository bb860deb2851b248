"""Pictures of every page of the back office, in both languages, light and dark, at a desk and on a phone.

make run            # in one terminal: the demo
make screenshots    # in another; SITE and OUT change where from and where to, ARGS="inbox ticket" which pages
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.plugins.services import CHROMIUM

SITE = os.environ.get("SITE", "http://127.0.0.1:3000")
OUT = Path(os.environ.get("OUT", "var/screenshots"))
AGENT, BOSS, PASSWORD = "agent1@demo.test", "admin@demo.test", "demo-demo-demo"
SIZES = {1440: 900, 390: 844}
# By name: the address, and who looks.
PAGES = {
    "sign-in": ("/admin/login/", None),
    "home": ("/admin/", AGENT),
    "inbox": ("/admin/tickets/ticket/", AGENT),
    "inbox-open": ("/admin/tickets/ticket/?open={ticket}", AGENT),
    "inbox-all": ("/admin/tickets/ticket/?view=all&sort=newest", AGENT),
    "ticket": ("/admin/tickets/ticket/{ticket}/change/", AGENT),
    "ticket-history": ("/admin/tickets/ticket/{ticket}/history/", AGENT),
    "new-ticket": ("/admin/tickets/ticket/add/", AGENT),
    "chats": ("/admin/chat/session/desk/", AGENT),
    "chats-open": ("/admin/chat/session/{chat}/change/?panes={chats}", AGENT),
    "all-chats": ("/admin/chat/session/", AGENT),
    "samples": ("/admin/samples/", AGENT),
    "customers": ("/admin/accounts/user/?kind=customers", BOSS),
    "staff": ("/admin/accounts/user/?kind=staff", BOSS),
    "teams": ("/admin/accounts/team/", BOSS),
    "groups": ("/admin/auth/group/", BOSS),
    "categories": ("/admin/tickets/category/", BOSS),
    "canned": ("/admin/tickets/cannedresponse/", BOSS),
    "macros": ("/admin/tickets/macro/", BOSS),
    "new-macro": ("/admin/tickets/macro/add/", BOSS),
    "bot": ("/admin/bot/rule/", BOSS),
    "policies": ("/admin/tickets/slapolicy/", BOSS),
    "calendars": ("/admin/tickets/businesscalendar/", BOSS),
    "new-policy": ("/admin/tickets/slapolicy/add/", BOSS),
    "calendar": ("/admin/tickets/businesscalendar/1/change/", BOSS),
    "assignment": ("/admin/tickets/assignmentrule/", BOSS),
    "server-keys": ("/admin/accounts/serverkey/", BOSS),
    "policy": ("/admin/tickets/slapolicy/1/change/", BOSS),
    "reports": ("/admin/reports", BOSS),
    "report-of-service-levels": ("/admin/reports/sla-compliance?compare=previous", BOSS),
    "my-files": ("/admin/reports/exports", BOSS),
    "deliveries": ("/admin/notifications/delivery/", BOSS),
    "channels": ("/admin/notifications/channels", BOSS),
    "told-by-default": ("/admin/notifications/defaults", BOSS),
    "templates": ("/admin/notifications/templates", BOSS),
    "mailbox": ("/admin/notifications/mailbox", BOSS),
    "audit": ("/admin/audit/entry/", BOSS),
}


def main(names: list[str]) -> int:
    """Take the pictures; return how many pages did not answer with 200 or were wider than the screen."""
    return sum(_look(*look, names or list(PAGES)) for look in looks())


def looks() -> Iterator[tuple[Browser, str, str, int]]:
    """Return a browser with each language, colour scheme and width in turn."""
    OUT.mkdir(parents=True, exist_ok=True)
    program = next(path for path in map(shutil.which, CHROMIUM) if path)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for language, scheme, width in product(("ar", "en"), ("light", "dark"), SIZES):
            yield browser, language, scheme, width
        browser.close()


def _look(browser: Browser, language: str, scheme: Any, width: int, names: list[str]) -> int:
    wrong, things = 0, {"ticket": "", "chat": "", "chats": ""}
    for who in (None, AGENT, BOSS):
        wanted = [name for name in names if PAGES[name][1] == who]
        if not wanted:
            continue
        context = browser.new_context(
            viewport={"width": width, "height": SIZES[width]}, color_scheme=scheme, locale=language
        )
        page = context.new_page()
        if who:
            _sign_in(page, who, language)
            things = things if things["ticket"] else _things(page)
        for name in wanted:
            if "{chat}" in PAGES[name][0] and not things["chat"]:
                continue  # nobody chats at the moment
            wrong += _take(page, name, things, OUT / f"{name}-{language}-{scheme}-{width}.png", width)
        context.close()
    return wrong


def _sign_in(page: Page, who: str, language: str) -> None:
    page.goto(f"{SITE}/admin/login/")
    page.fill("#id_username", who)
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")
    if page.get_attribute("html", "lang") != language:
        page.click("form.language button")
        page.wait_for_selector(f'html[lang="{language}"]')


def _things(page: Page) -> dict[str, str]:
    """Return the ids of the ticket that waits longest and of the chats at hand, the first three of them in one."""
    page.goto(f"{SITE}/admin/tickets/ticket/")
    found = re.search(r"/(\d+)/change/", page.locator(".row-link").first.get_attribute("href") or "")
    page.goto(f"{SITE}/admin/chat/session/desk/")
    cards = page.locator("#desk-mine .chat-card, #desk-waiting .chat-card")
    chats = [(card.get_attribute("id") or "").rpartition("-")[2] for card in cards.all()]
    return {"ticket": found[1] if found else "", "chat": (chats or [""])[-1], "chats": ",".join(chats[-3:])}


def _take(page: Page, name: str, things: dict[str, str], file: Path, width: int) -> int:
    answer = page.goto(SITE + PAGES[name][0].format(**things), wait_until="networkidle")
    if name == "inbox-open":  # beside the list, or on narrow screens on its own page
        page.wait_for_selector("#reading #ticket" if width >= 1200 else "body.ticket-page #ticket")
    page.screenshot(path=file)
    if answer is None or answer.status != 200:
        sys.stdout.write(f"{name}: {answer and answer.status}\n")
        return 1
    over = page.evaluate("document.documentElement.scrollWidth") > width
    if over:
        sys.stdout.write(f"{file.name}: wider than the screen\n")
    return int(over)


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
