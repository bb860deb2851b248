"""Pictures of the widget in its states and of the pages under /help, in both languages, both schemes and both widths.

make run                    # in one terminal: the demo
make widget-screenshots     # in another; SITE and OUT as of `make screenshots`, ARGS="ar light 390" for certain looks
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
from playwright.sync_api import Browser, Page, expect

from tests.browser.screenshots import AGENT, OUT, PASSWORD, SITE, SIZES, looks
from tests.widget.pictures import png

CUSTOMER = "customer1@demo.test"
SOON = 60_000
PICTURE = {"name": "photo.png", "mimeType": "image/png", "buffer": png()}
LETTER = {"name": "فاتورة الطلب رقم 10482 - نسخة طويلة الاسم.txt", "mimeType": "text/plain", "buffer": b"hello"}
WORDS = {
    "ar": ("سارة", "مرحبا", "أهلًا سارة، رقم الشحنة هنا: https://example.com/track/10482?lang=ar وتصل **غدًا**."),
    "en": ("Sara", "hello", "Hello Sara, the parcel is here: https://example.com/track/10482 and comes **tomorrow**."),
}


class Agent:
    """An agent who works by the API."""

    def __init__(self) -> None:
        answer = requests.post(f"{SITE}/auth/login", json={"email": AGENT, "password": PASSWORD}, timeout=60)
        self.headers = {"Authorization": f"Bearer {answer.json()['data']['accessToken']}"}

    def send(self, path: str, **body: Any) -> None:
        """Send one act; raise for a refusal."""
        requests.post(SITE + path, json=body, headers=self.headers, timeout=60).raise_for_status()


class Look:
    """One look: a language, a scheme and a width; `take(page, name)` makes a picture of it."""

    def __init__(self, browser: Browser, language: str, scheme: Any, width: int) -> None:
        self.browser, self.language, self.scheme, self.width = browser, language, scheme, width
        self.name, self.hello, self.answer = WORDS[language]
        self.wrong = 0

    @contextmanager
    def page(self, path: str) -> Iterator[Page]:
        """Open an address in a browser of its own."""
        size: Any = {"width": self.width, "height": SIZES[self.width]}
        context = self.browser.new_context(
            viewport=size, color_scheme=self.scheme, locale=self.language, reduced_motion="reduce"
        )
        context.set_default_timeout(SOON)
        page = context.new_page()
        page.goto(SITE + path, wait_until="networkidle")
        yield page
        context.close()

    def take(self, page: Page, name: str, *, full: bool = False) -> None:
        """Write one picture; count pages that are wider than the screen."""
        file = OUT / f"{name}-{self.language}-{self.scheme}-{self.width}.png"
        page.screenshot(path=file, full_page=full)
        if page.evaluate("document.documentElement.scrollWidth") > self.width:
            sys.stdout.write(f"{file.name}: wider than the screen\n")
            self.wrong += 1

    def guest(self, agent: Agent) -> None:
        """Play a guest from the first greeting to the rating."""
        with self.page(f"/?language={self.language}") as page:
            page.evaluate("text => SupportWidget.greet(text)", self.answer)
            self.take(page, "widget-greeting")
            page.click(".launcher")
            self.take(page, "widget-home")
            page.click(".choice:has(.icon-mail)")
            self.take(page, "widget-leave")
            page.click(".panel .big")
            self.take(page, "widget-leave-faults")
            page.click(".head .round >> nth=0")
            page.click(".choice:has(.icon-chat)")
            page.click(".panel .big")
            self.take(page, "widget-name-faults")
            page.fill(".panel [name=name]", self.name)
            page.click(".panel .big")
            page.locator(".composer").wait_for()
            self.take(page, "widget-empty-chat")
            page.fill(".composer textarea", self.hello)
            with page.expect_response("**/chat/sessions") as said:
                page.keyboard.press("Enter")
            expect(page.locator(".log .bot .meta").first).to_be_visible(timeout=SOON)
            self.take(page, "widget-bot")
            self._talk(page, agent, f"/chat/sessions/{said.value.json()['data']['id']}")

    def _talk(self, page: Page, agent: Agent, session: str) -> None:
        page.locator(".replies .pill").last.click()
        expect(page.locator(".line[role=status]")).to_contain_text(re.compile(r"\d"), timeout=SOON)
        self.take(page, "widget-waiting")
        agent.send(f"{session}/accept")
        agent.send(f"{session}/messages", body=self.answer, clientMessageId="1")
        expect(page.locator(".log .agent")).to_be_visible(timeout=SOON)
        page.set_input_files(".composer input[type=file]", PICTURE)
        page.click(".composer .go")
        expect(page.locator(".log .picture")).to_be_visible(timeout=SOON)
        self.take(page, "widget-talk")
        page.context.set_offline(True)
        page.set_input_files(".composer input[type=file]", [LETTER, PICTURE])
        page.fill(".composer textarea", f"{self.hello} {self.hello}\n" * 3)
        self.take(page, "widget-files-offline")
        page.keyboard.press("Enter")
        self.take(page, "widget-queue-offline")
        page.context.set_offline(False)
        page.click(".head .round >> nth=1")
        self.take(page, "widget-menu")
        page.click(".menu button >> nth=1")
        page.click(".panel .big")
        self.take(page, "widget-transcript-faults")
        page.keyboard.press("Escape")
        agent.send(f"{session}/messages", body=self.answer, clientMessageId="2")
        expect(page.locator(".badge")).to_have_text("1", timeout=SOON)
        self.take(page, "widget-unread")
        page.click(".launcher")
        agent.send(f"{session}/end")
        page.locator(".panel h3").wait_for()
        self.take(page, "widget-ended")
        page.click(".panel .big >> nth=0")
        self.take(page, "widget-rating-fault")
        page.locator(".stars input").nth(3).check(force=True)
        page.click(".panel .big >> nth=0")
        page.locator(".card[role=status]").wait_for()
        self.take(page, "widget-rated")

    def customer(self, agent: Agent) -> None:
        """Play a customer whom the shop has signed in: a new ticket, its thread, its rating."""
        with self.page(f"/?language={self.language}&customer=customer1") as page:
            page.click(".launcher")
            page.evaluate("SupportWidget.open('tickets')")
            page.locator(".panel .big").wait_for()
            self.take(page, "widget-tickets")
            page.click(".panel .big")
            page.fill(".panel [name=subject]", f"{self.hello} {self.answer[:60]}")
            page.fill(".panel [name=description]", self.answer)
            page.set_input_files(".panel input[type=file]", [LETTER, PICTURE])
            self.take(page, "widget-new-ticket")
            with page.expect_response(lambda answer: answer.url.endswith("/tickets")) as said:
                page.click(".panel form .big")
            page.locator(".panel .card[role=status]").wait_for()
            self.take(page, "widget-ticket-made")
            page.click(".panel .big")
            page.locator(".panel .composer").wait_for()
            self.take(page, "widget-ticket")
            ticket = f"/tickets/{said.value.json()['data']['id']}"
            agent.send(f"{ticket}/messages", body=self.answer)
            agent.send(f"{ticket}/status", status="resolved")
            page.locator(".panel .stars").wait_for()
            self.take(page, "widget-ticket-resolved")

    def help_pages(self) -> None:
        """Walk the customer's own pages."""
        with self.page(f"/help/sign-in?language={self.language}") as page:
            self.take(page, "help-sign-in")
            page.click("main form button")
            self.take(page, "help-sign-in-faults")
            page.goto(f"{SITE}/help/sign-in/link")
            self.take(page, "help-link")
            page.goto(f"{SITE}/help/sign-in")
            page.fill("#id_email", CUSTOMER)
            page.fill("#id_password", PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url("**/help/tickets")
            page.goto(f"{SITE}/help/settings")
            page.select_option("#id_language", self.language)
            page.click("main form .submit-row button")
            page.wait_for_url("**saved=1")
            self.take(page, "help-settings", full=True)
            page.goto(f"{SITE}/help/tickets", wait_until="networkidle")
            self.take(page, "help-tickets")
            page.click(".tickets a >> nth=0")
            page.wait_for_load_state("networkidle")
            self.take(page, "help-ticket", full=True)
            for name, path in (("none", "tickets?q=zzz"), ("new", "tickets/new"), ("absent", "tickets/x")):
                page.goto(f"{SITE}/help/{path}", wait_until="networkidle")
                self.take(page, f"help-{name}")
            page.goto(f"{SITE}/help/tickets/new")
            page.click("main form .submit-row button")
            self.take(page, "help-new-faults", full=True)
            page.goto(f"{SITE}/help/chat", wait_until="networkidle")
            self.take(page, "help-chat")


def main(chosen: list[str]) -> int:
    """Take the pictures of the chosen looks, else of all; return how many were wider than the screen."""
    wrong = 0
    for browser, language, scheme, width in looks():
        if {*chosen} <= {language, scheme, str(width)}:
            look, agent = Look(browser, language, scheme, width), Agent()  # a token lasts minutes
            look.guest(agent)
            look.customer(agent)
            look.help_pages()
            wrong += look.wrong
    return wrong


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
