"""The whole story in real browsers: a customer on a shop's page of another origin, an agent in the back office."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from playwright.sync_api import expect

from accounts.models import User
from chat.models import ChatMessage, ChatRating, Session
from notifications.models import Item
from tests.browser.examine import violations
from tests.browser.office import WATCH, beside_the_browser, pauses  # noqa: F401
from tests.cast import PASSWORD, Cast
from tests.chat_admin.desk import DESK
from tests.client import Client
from tests.realtime.servers import Web
from tests.widget.pictures import png
from tickets.models import Rating, Ticket
from tickets.operations import NewTicket, change_status, create_ticket, merge
from uploads.models import Attachment

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SOON = 20_000
NAME, AGENT = '<b id="no">سارة</b>', "<i>Noura</i>"
HOSTILE = '<img src=x onerror="window.broken = 1"> https://example.com/a?b=1.'
PICTURE = {"name": "photo.png", "mimeType": "image/png", "buffer": png()}
WORDS = {
    "ar": {
        "person": "التحدث مع موظف",
        "place": "ترتيبك في قائمة الانتظار: 1.",
        "talking": f"تتحدث الآن مع {AGENT}.",
        "typing": f"{AGENT} يكتب الآن…",
        "read": "قُرئت",
        "ended": "انتهت هذه المحادثة.",
        "broken": "انكسرت",
        "reply": "من الأداة",
        "resolved": "محلولة",
    },
    "en": {
        "person": "Talk to a person",
        "place": "You are number 1 in the queue.",
        "talking": f"You are talking to {AGENT}.",
        "typing": f"{AGENT} is typing…",
        "read": "Read",
        "ended": "This conversation has ended.",
        "broken": "It broke",
        "reply": "From the widget",
        "resolved": "Resolved",
    },
}


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


def desk_of(browse: Callable[..., Any], site: str, agent: User, path: str = DESK) -> Any:
    User.objects.filter(pk=agent.pk).update(language="en", availability="available", name=AGENT)
    client = Client()
    client.force_login(agent)
    name = settings.SESSION_COOKIE_NAME
    page = browse(site + path, cookie=(name, client.cookies[name].value))
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
    expect(page.locator(".line[role=status]")).to_have_text(words["place"], timeout=SOON)
    agent.click(f"#waiting-{session.pk} form button")
    expect(page.locator(".line[role=status]")).to_have_text(words["talking"], timeout=SOON)

    agent.fill(".reply [name=body]", HOSTILE)
    expect(page.locator(".body > .meta")).to_have_text(words["typing"], timeout=SOON)
    agent.click("form.reply .submit-row button")
    said = page.locator(".log .agent .bubble").last
    expect(said).to_have_text(HOSTILE, timeout=SOON)
    expect(said.locator("a")).to_have_attribute("href", "https://example.com/a?b=1")
    assert page.evaluate("window.broken") is None

    send_through_a_cut(page, HOSTILE)
    expect(page.locator(".log .customer .bubble", has_text="onerror")).to_have_count(1)
    expect(agent.locator(".bubble.customer", has_text="onerror")).to_have_count(1, timeout=SOON)
    expect(page.locator(".log .customer .meta").last).to_contain_text(words["read"], timeout=SOON)
    assert ChatMessage.objects.filter(session=session, body=HOSTILE, author_id=session.customer_id).count() == 1

    send_a_photo_through_a_cut(page)
    expect(page.locator(".log .picture")).to_have_count(1, timeout=SOON)
    photo = ChatMessage.objects.filter(session=session, author_id=session.customer_id).latest("pk")
    assert Attachment.objects.filter(owner_type="chat_message", owner_id=photo.pk).count() == 1
    assert photo.body == ""

    page.keyboard.press("Escape")
    page.evaluate("sockets.forEach(socket => socket.close())")
    agent.fill(".reply [name=body]", "After the cut")
    agent.click("form.reply .submit-row button")
    expect(page.locator(".badge")).to_have_text("1", timeout=SOON)

    page.reload()
    second = opened(page.context, f"{shop}/{language}")
    for tab in (page, second):
        tab.click(".launcher")
        expect(tab.locator(".log .agent .bubble", has_text="After the cut")).to_have_count(1, timeout=SOON)
    agent.click(".end-chat summary")
    agent.click(".end-chat form button")
    rate_and_mail(page, session, words["ended"])
    page.keyboard.press("Escape")
    assert page.evaluate("document.querySelector('support-widget').shadowRoot.activeElement.className") == "launcher"
    assert page.context.cookies() == []
    assert own_complaints(page) == own_complaints(second) == agent.complaints == []


def rate_and_mail(page: Any, session: Session, ended: str) -> None:
    """Rate the chat that has just ended, and have it mailed."""
    expect(page.locator(".panel h3")).to_have_text(ended, timeout=SOON)
    expect(page.locator(".panel h3")).to_be_focused()
    page.locator(".stars input").nth(4).check(force=True)
    page.click(".panel form.card .big >> nth=0")
    expect(page.locator(".panel .card[role=status]")).to_be_visible(timeout=SOON)
    assert ChatRating.objects.get(session=session).rating == 5
    page.fill(".panel [name=email]", "sara@shop.example")
    page.click(".panel form.card .big")
    expect(page.locator(".panel form.card")).to_have_count(0, timeout=SOON)
    assert Item.objects.filter(kind="chat-transcript").count() == 1


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
    """A pasted photo's upload breaks off, and begins again by itself; a dropped file is taken back."""
    cuts: list[Any] = []

    def cut(route: Any) -> None:
        if route.request.method == "POST" and not cuts:
            cuts.append(route)
            route.abort()
        else:
            route.continue_()

    page.route("**/chat/upload", cut)
    hand_over(page.locator(".composer textarea"), "paste", "clipboardData", "photo.png", "image/png", png())
    hand_over(page.locator(".panel .body"), "drop", "dataTransfer", "note.txt", "text/plain", b"hello")
    expect(page.locator(".chip .name")).to_have_text(["photo.png", "note.txt"])
    page.click(".chip:last-child button")
    expect(page.locator(".chip progress")).to_have_count(1)
    page.click(".composer .go")
    expect(page.locator(".log .picture")).to_have_count(1, timeout=SOON)
    page.unroute("**/chat/upload")
    assert len(cuts) == 1


def hand_over(place: Any, event: str, held: str, name: str, kind: str, content: bytes) -> None:
    """Paste a file into a place, or drop it there, as browsers tell pages of it."""
    place.evaluate(
        """(place, [event, held, name, type, content]) => {
          const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
          const files = new DataTransfer();
          files.items.add(new File([bytes], name, { type }));
          const kind = event === "paste" ? ClipboardEvent : DragEvent;
          place.dispatchEvent(new kind(event, { [held]: files, bubbles: true, cancelable: true, composed: true }));
        }""",
        [event, held, name, kind, b64encode(content).decode()],
    )


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


@pytest.mark.parametrize(("language", "width", "scheme"), [("ar", 390, "light"), ("en", 1440, "dark")])
def test_a_ticket_goes_from_the_widget_through_the_back_office_to_its_rating(
    browse: Callable[..., Any], help_site: Web, committed_cast: Cast, language: str, width: int, scheme: str
) -> None:
    customer, reply = committed_cast.customer, WORDS[language]["reply"]
    page = browse(f"{help_site.site}/help/sign-in?language={language}", width=width, scheme=scheme)
    sign_in(page, customer)
    page.click(".launcher")
    page.click(".choice:has(.icon-ticket)")
    page.click(".panel .big")
    page.fill(".panel [name=subject]", HOSTILE)
    page.fill(".panel [name=description]", WORDS[language]["broken"])
    page.set_input_files(".panel input[type=file]", PICTURE)
    page.click(".panel form .big")
    page.click(".panel .card[role=status] + .big")
    expect(page.locator(".panel .log .picture")).to_have_count(1, timeout=SOON)
    ticket = Ticket.objects.get(customer=customer)
    page.click(".panel .head .round:last-child")

    agent = desk_of(browse, help_site.site, committed_cast.agent, f"/admin/tickets/ticket/{ticket.pk}/change/")
    page.goto(f"{help_site.site}/help/tickets/{ticket.number}")
    page.wait_for_function("() => heard.includes('ack')")
    page.fill("#reply-body", "half a")
    agent.fill("#form-reply [name=body]", HOSTILE)
    agent.click("#form-reply .submit-row button")
    expect(page.locator(".talk .agent .body")).to_have_text(HOSTILE, timeout=SOON)
    assert page.input_value("#reply-body") == "half a"

    page.click(".launcher")
    page.click(".choice:has(.icon-ticket)")
    page.click(".panel li .choice")
    expect(page.locator(".panel .log .agent .bubble")).to_have_text(HOSTILE, timeout=SOON)
    reply_through_a_cut(page, ticket, reply)
    expect(page.locator(".talk .body", has_text=reply)).to_have_count(1, timeout=SOON)
    expect(agent.locator(".message.customer", has_text=reply)).to_have_count(1, timeout=SOON)
    agent.click("#menu-status summary")
    agent.click("#menu-status [value=resolved]")
    expect(agent.locator("#ticket-status")).to_have_class("badge good", timeout=SOON)
    expect(page.locator(".panel .line[role=status]").first).to_contain_text(WORDS[language]["resolved"], timeout=SOON)
    page.locator(".panel .stars input").nth(3).check(force=True, timeout=SOON)
    page.click(".panel form.card .big")
    expect(page.locator(".panel .card[role=status]")).to_be_focused(timeout=SOON)
    assert Rating.objects.get(ticket=ticket).rating == 4
    assert min(pauses(page, rf"/help/tickets/{ticket.number}$")) >= 295

    target = create_ticket(NewTicket("Another", "It goes on here"), by=customer)
    merge(target.pk, [ticket.pk], by=committed_cast.lead)
    page.reload()
    page.click(".launcher")
    page.click(".choice:has(.icon-ticket)")
    page.locator(".panel li .choice", has_text=ticket.number).click()
    expect(page.locator(".panel .line[role=status]")).to_contain_text(target.number, timeout=SOON)
    assert own_complaints(page) == agent.complaints == []


def reply_through_a_cut(page: Any, ticket: Ticket, text: str) -> None:
    """The server stores the reply, its answer is lost, and the network stays away for a while."""
    answers: list[Any] = []

    def cut(route: Any) -> None:
        if route.request.method != "POST":
            return route.continue_()
        if not answers:
            answers.append(route.fetch())
        return route.abort()

    address = f"**/tickets/{ticket.pk}/messages"
    page.route(address, cut)
    page.fill(".panel .composer textarea", text)
    with page.expect_event("requestfailed", lambda request: request.method == "POST", timeout=SOON):
        page.keyboard.press("Enter")
    page.unroute(address)
    expect(page.locator(".panel .log .customer", has_text=text).locator(".meta")).to_contain_text(":", timeout=SOON)
    page.wait_for_function("name => !Object.keys(localStorage).some((key) => key.endsWith(name))", arg=":replies")
    assert Ticket.objects.get(pk=ticket.pk).message_count == 3
