"""The whole story in real browsers: a customer on a shop's page of another origin, an agent in the back office."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from playwright.sync_api import expect

from accounts.models import User
from chat.models import ChatMessage, ChatRating, Session
from tests.browser.examine import violations
from tests.browser.office import WATCH, beside_the_browser  # noqa: F401
from tests.cast import PASSWORD, Cast
from tests.chat_admin.desk import DESK
from tests.client import Client
from tests.realtime.servers import Web
from tests.widget.pictures import png
from tickets.models import Ticket
from tickets.operations import NewMessage, NewTicket, add_message, change_status, create_ticket
from uploads.models import Attachment

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SOON = 20_000
NAME, AGENT = '<b id="no">سارة</b>', "<i>Noura</i>"
HOSTILE = '<img src=x onerror="window.broken = 1"> https://example.com/a?b=1.'
PICTURE = {"name": "photo.png", "mimeType": "image/png", "buffer": png()}
WORDS = {
    "ar": {"person": "التحدث مع موظف", "talking": f"تتحدث الآن مع {AGENT}.", "ended": "انتهت هذه المحادثة."},
    "en": {
        "person": "Talk to a person",
        "talking": f"You are talking to {AGENT}.",
        "ended": "This conversation has ended.",
    },
}


class Shop(http.server.BaseHTTPRequestHandler):
    """A page of another origin that allows the help center what docs/widget.md says, and nothing else."""

    help_site = ""

    def do_GET(self) -> None:
        site, language = self.help_site, self.path.strip("/") or "en"
        policy = (
            f"default-src 'none'; script-src {site}; connect-src {site} {site.replace('http', 'ws')}; img-src {site}"
        )
        page = (
            f'<!doctype html><html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"><head>'
            '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
            "<title>Shop</title></head><body><main><h1>Shop</h1></main>"
            f'<script src="{site}/static/widget/widget.js" async></script></body></html>'
        )
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", policy + "; require-trusted-types-for 'script'")
        self.end_headers()
        self.wfile.write(page.encode())

    def log_message(self, *words: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def help_site(django_db_setup: None, shop: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    files = str(tmp_path_factory.mktemp("files"))
    web = Web(
        DEBUG="0",
        CORS_ALLOWED_ORIGINS=shop,
        DATA_DIR=files,
        SECRET_KEY=settings.SECRET_KEY,
        CHAT_READ_SECONDS="0",
        RATE_GUEST="1000/hour",
    )
    web.environment["SITE_URL"] = Shop.help_site = web.site
    with web.start():
        yield web


@pytest.fixture
def browse(chromium: Any, transactional_db: None) -> Iterator[Callable[..., Any]]:
    """`browse(address)` is a page of a browser of its own; `page.complaints` is what that complained about."""
    contexts = []

    def enter(address: str, *, width: int = 1440, scheme: str = "light", cookie: tuple[str, str] | None = None) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": 860}, color_scheme=scheme)
        contexts.append(context)
        if cookie:
            origin = "/".join(address.split("/")[:3])
            context.add_cookies([{"name": cookie[0], "value": cookie[1], "url": origin}])
        return opened(context, address)

    yield enter
    for context in contexts:
        context.close()


def opened(context: Any, address: str) -> Any:
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda said: said.type in {"error", "warning"} and page.complaints.append(said.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.add_init_script(WATCH)
    page.goto(address)
    return page


def desk_of(browse: Callable[..., Any], site: str, agent: User) -> Any:
    User.objects.filter(pk=agent.pk).update(language="en", availability="available", name=AGENT)
    client = Client()
    client.force_login(agent)
    name = settings.SESSION_COOKIE_NAME
    page = browse(site + DESK, cookie=(name, client.cookies[name].value))
    page.wait_for_function("() => heard.includes('ready')")
    return page


def begun(page: Any, message: str) -> None:
    """Open the widget, give a name, say something, and see the answer of the bot."""
    page.click(".launcher")
    page.click(".choice:has(.icon-chat)")
    page.locator(".panel input").first.fill(NAME)
    page.click(".panel .big")
    page.fill(".composer textarea", message)
    page.keyboard.press("Enter")
    expect(page.locator(".log .bot .meta").first).to_be_visible(timeout=SOON)


def own_complaints(page: Any) -> list[str]:
    """Return what was not the cut network that the test itself made."""
    return [said for said in page.complaints if "net::ERR" not in said and "WebSocket" not in said]


@pytest.mark.parametrize(("language", "width", "scheme"), [("ar", 1440, "light"), ("en", 390, "dark")])
def test_a_customer_and_an_agent_talk_through_cuts_to_the_rating(
    browse: Callable[..., Any], help_site: Web, shop: str, committed_cast: Cast, language: str, width: int, scheme: str
) -> None:
    words = WORDS[language]
    agent = desk_of(browse, help_site.site, committed_cast.agent)
    page = browse(f"{shop}/{language}", width=width, scheme=scheme)
    begun(page, "مرحبا" if language == "ar" else "hello")
    page.get_by_role("button", name=words["person"]).click()
    session = Session.objects.latest("pk")
    agent.click(f"#waiting-{session.pk} form button")
    expect(page.locator(".line[role=status]")).to_have_text(words["talking"], timeout=SOON)

    agent.fill(".reply [name=body]", HOSTILE)
    agent.click("form.reply .submit-row button")
    said = page.locator(".log .agent .bubble").last
    expect(said).to_have_text(HOSTILE, timeout=SOON)
    expect(said.locator("a")).to_have_attribute("href", "https://example.com/a?b=1")
    assert page.evaluate("window.broken") is None

    send_through_a_cut(page, HOSTILE)
    expect(page.locator(".log .customer .bubble", has_text="onerror")).to_have_count(1)
    expect(agent.locator(".bubble.customer", has_text="onerror")).to_have_count(1, timeout=SOON)
    assert ChatMessage.objects.filter(session=session, body=HOSTILE, author_id=session.customer_id).count() == 1

    send_a_photo_through_a_cut(page)
    expect(page.locator(".log .picture")).to_have_count(1, timeout=SOON)
    photo = ChatMessage.objects.filter(session=session, author_id=session.customer_id).latest("pk")
    assert Attachment.objects.filter(owner_type="chat_message", owner_id=photo.pk).count() == 1
    assert photo.body == ""

    page.evaluate("sockets.forEach(socket => socket.close())")
    agent.fill(".reply [name=body]", "After the cut")
    agent.click("form.reply .submit-row button")
    expect(page.locator(".log .agent .bubble", has_text="After the cut")).to_have_count(1, timeout=SOON)

    page.reload()
    second = opened(page.context, f"{shop}/{language}")
    for tab in (page, second):
        tab.click(".launcher")
        expect(tab.locator(".log .agent .bubble", has_text="After the cut")).to_have_count(1, timeout=SOON)
    agent.click(".end-chat summary")
    agent.click(".end-chat form button")
    expect(page.locator(".panel h3")).to_have_text(words["ended"], timeout=SOON)
    page.locator(".stars input").nth(4).check(force=True)
    page.click(".panel form.card .big >> nth=0")
    expect(page.locator(".panel .card[role=status]")).to_be_visible(timeout=SOON)
    assert ChatRating.objects.get(session=session).rating == 5
    page.keyboard.press("Escape")
    assert page.evaluate("document.querySelector('support-widget').shadowRoot.activeElement.className") == "launcher"
    assert own_complaints(page) == own_complaints(second) == agent.complaints == []


def send_through_a_cut(page: Any, text: str) -> None:
    """The server stores the message, and its answer is lost: the widget learns of it by the socket, or sends again."""
    address, cuts = "**/chat/my-session/messages", []

    def cut(route: Any) -> None:
        if route.request.method == "POST" and not cuts:
            cuts.append(route.fetch())
            route.abort()
        else:
            route.continue_()

    page.route(address, cut)
    page.fill(".composer textarea", text)
    with page.expect_event("requestfailed", lambda request: request.method == "POST", timeout=SOON):
        page.keyboard.press("Enter")
    sent = page.locator(".log .customer", has_text="onerror").locator(".meta")
    expect(sent).to_contain_text(re.compile(r"\d:\d\d"), timeout=SOON)
    page.unroute(address)
    assert [answer.status for answer in cuts] == [201]


def send_a_photo_through_a_cut(page: Any) -> None:
    """The upload breaks off, and begins again by itself."""
    cuts: list[Any] = []

    def cut(route: Any) -> None:
        if route.request.method == "POST" and not cuts:
            cuts.append(route)
            route.abort()
        else:
            route.continue_()

    page.route("**/chat/upload", cut)
    page.set_input_files(".composer input[type=file]", PICTURE)
    page.click(".composer .go")
    expect(page.locator(".log .picture")).to_have_count(1, timeout=SOON)
    page.unroute("**/chat/upload")
    assert len(cuts) == 1


@pytest.mark.parametrize(("language", "width", "scheme"), [("ar", 390, "dark"), ("en", 1440, "light")])
def test_axe_finds_nothing_in_the_widget_and_on_the_help_pages(
    browse: Callable[..., Any],
    help_site: Web,
    shop: str,
    committed_cast: Cast,
    axe: str,
    language: str,
    width: int,
    scheme: str,
) -> None:
    customer = committed_cast.customer
    User.objects.filter(pk=customer.pk).update(language=language)
    ticket = create_ticket(NewTicket(HOSTILE, HOSTILE), by=customer)
    change_status(ticket.pk, status="resolved", by=committed_cast.agent)
    found: list[str] = []

    def check(page: Any, where: str) -> None:
        found.extend(violations(page, axe, where))

    page = browse(f"{shop}/{language}", width=width, scheme=scheme)
    page.click(".launcher")
    check(page, "widget home")
    page.click(".choice:has(.icon-mail)")
    expect(page.locator(".panel textarea")).to_be_visible()
    check(page, "leave a message")
    page.click(".head .round >> nth=0")
    page.click(".launcher" if width > 480 else ".head .round >> nth=2")
    begun(page, "مرحبا" if language == "ar" else "hello")
    check(page, "chat")

    pages = browse(f"{help_site.site}/help/sign-in?language={language}", width=width, scheme=scheme)
    check(pages, "sign-in")
    sign_in(pages, customer)
    for path in ("tickets", "tickets/new", f"tickets/{ticket.number}", "settings"):
        pages.goto(f"{help_site.site}/help/{path}")
        assert pages.locator("html").get_attribute("lang") == language
        assert pages.evaluate("document.documentElement.scrollWidth") <= width, path
        pages.wait_for_selector(".launcher")
        check(pages, path)
    assert found == []
    assert own_complaints(page) == own_complaints(pages) == []


def sign_in(page: Any, customer: User) -> None:
    """Sign in by password, hashed as the server does it: this process has a quick hash of its own."""
    password = PBKDF2PasswordHasher().encode(PASSWORD, "salt-of-this-test-alone")
    User.objects.filter(pk=customer.pk).update(password=password)
    page.fill("#id_email", str(customer.email))
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/help/tickets")


def test_a_help_page_follows_its_ticket_and_the_widget_knows_the_customer(
    browse: Callable[..., Any], help_site: Web, committed_cast: Cast
) -> None:
    customer = committed_cast.customer
    ticket = create_ticket(NewTicket("شاشة مكسورة", "انكسرت"), by=customer)
    page = browse(f"{help_site.site}/help/sign-in?language=ar")
    sign_in(page, customer)
    page.goto(f"{help_site.site}/help/tickets/{ticket.number}")
    page.wait_for_function("() => heard.includes('ack')")
    page.fill("#reply-body", "half a")
    add_message(ticket.pk, NewMessage(HOSTILE), by=committed_cast.agent)
    expect(page.locator(".talk .agent .body")).to_have_text(HOSTILE, timeout=SOON)
    assert page.input_value("#reply-body") == "half a"
    page.click(".launcher")
    page.click(".choice:has(.icon-ticket)")
    page.click(".panel li .choice")
    expect(page.locator(".panel .log .agent .bubble")).to_have_text(HOSTILE, timeout=SOON)
    page.fill(".panel .composer textarea", "من الأداة")
    page.keyboard.press("Enter")
    expect(page.locator(".talk .body", has_text="من الأداة")).to_be_visible(timeout=SOON)
    assert Ticket.objects.get(pk=ticket.pk).message_count == 3
    assert page.complaints == []
