"""The widget by itself in a browser: when it greets, when it makes a sound, what its forms say of an empty field."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.operations import create_server_key
from tests.browser.office import WATCH, beside_the_browser  # noqa: F401
from tests.cast import Cast
from tests.realtime.servers import Web
from tests.widget.site import DOC
from tickets.models import Message, Ticket
from tickets.operations import NewTicket, change_status, create_ticket
from widget.models import Looks

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ONE = "/help/sign-in"
# Counts the tones that are played; headless browsers have no loudspeaker to listen to.
TONES = """window.tones = 0;
window.OscillatorNode.prototype.start = new Proxy(OscillatorNode.prototype.start, {
  apply(start, tone, given) { tones += 1; return Reflect.apply(start, tone, given); },
});"""

TAG = """attributes => {
  const tag = document.createElement("script");
  Object.assign(tag.dataset, attributes);
  tag.src = "/static/widget/widget.js";
  document.body.append(tag);
}"""
# A keyboard of a phone takes the lower half of the screen.
KEYBOARD = """() => {
  Object.defineProperty(visualViewport, "height", { get: () => 400 });
  visualViewport.dispatchEvent(new Event("resize"));
}"""
CALLS = re.compile(r"```js\n(SupportWidget.*?)```", re.DOTALL)
SIGN_IN = """body => {
  window.asked = 0;
  SupportWidget.signIn(async () => {
    asked += 1;
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch("/auth/customer-token", { method: "POST", headers, body: JSON.stringify(body) });
    return (await answer.json()).data.accessToken;
  });
}"""
WAITS = "waits => Object.keys(localStorage).some(name => name.endsWith(':replies')) === waits"
STYLE = "(element, name) => getComputedStyle(element)[name]"


def signed_in(shop_page: Callable[..., Any], cast: Cast) -> Any:
    """Return a page whose shop has signed its customer in."""
    secret = create_server_key("Shop", by=None).secret
    page = shop_page(ONE)
    page.evaluate(SIGN_IN, {"secret": secret, "email": cast.customer.email, "name": "Sara"})
    return page


@pytest.fixture
def shop_page(office: Web, chromium: Any, transactional_db: None) -> Iterator[Callable[..., Any]]:
    """`shop_page(path, language)` is a page at that path of ours, with the widget's script tag and its attributes."""
    context = chromium.new_context(viewport={"width": 390, "height": 800}, reduced_motion="reduce")
    page = context.new_page()
    page.add_init_script(TONES + WATCH)

    def enter(path: str, spoken: str = "en", **attributes: str) -> Any:
        page.goto(f"{office.site}{path}?language={spoken}")
        page.evaluate(TAG, attributes)
        page.wait_for_selector(".panel" if "open" in attributes else ".launcher")
        return page

    yield enter
    context.close()


def begin(page: Any, message: str) -> None:
    """Begin a conversation as a guest."""
    page.click(".launcher")
    page.click(".choice:has(.icon-chat)")
    page.fill(".panel [name=name]", "Sara")
    page.click(".panel .big")
    page.fill(".composer textarea", message)
    page.keyboard.press("Enter")


def test_it_greets_on_the_pages_and_after_the_time_that_were_chosen_once_a_day(shop_page: Callable[..., Any]) -> None:
    text = "<b>Stuck?</b>"
    Looks.objects.create(proactive_seconds=3600, proactive_pages=f"{ONE}/link\n/pay", proactive_text_en=text)
    page = shop_page(ONE)
    page.clock.install()
    greeting = page.locator(".nudge .say")
    shop_page(ONE)
    page.clock.fast_forward(7_200_000)
    assert greeting.count() == 0
    shop_page(f"{ONE}/link")
    page.clock.fast_forward(3_000_000)
    assert greeting.count() == 0
    page.clock.fast_forward(600_000)
    expect(greeting).to_have_text(text)
    shop_page(f"{ONE}/link")
    page.clock.fast_forward(7_200_000)
    assert greeting.count() == 0
    page.clock.fast_forward(86_400_000)
    shop_page(f"{ONE}/link")
    page.clock.fast_forward(3_600_000)
    greeting.click()
    assert greeting.count() == 0
    assert page.locator(".panel .choice").first.is_visible()


def test_a_left_message_says_what_is_missing_beside_its_field(
    shop_page: Callable[..., Any],
) -> None:
    page = shop_page(ONE, "ar")
    page.click(".launcher")
    page.click(".choice:has(.icon-mail)")
    page.evaluate(KEYBOARD)
    panel = page.locator(".panel")
    assert panel.bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 400}
    assert panel.evaluate(STYLE, "animationName") == "none"
    page.click(".panel .big")
    faults = page.locator(".field .wrong:visible")
    assert faults.all_text_contents() == ["هذا الحقل مطلوب."] * 4
    name, email = page.locator(".panel [name=name]"), page.locator(".panel [name=email]")
    expect(name).to_be_focused()
    expect(name).to_have_accessible_description("هذا الحقل مطلوب.")
    for field, text in ((name, "سارة"), (email, "sara"), (page.locator("[name=subject]"), "س")):
        field.fill(text)
    page.fill(".panel [name=description]", "س")
    page.click(".panel .big")
    assert faults.all_text_contents() == ["هذا ليس عنوان بريد إلكتروني."]
    expect(email).to_be_focused()
    email.fill("sara@shop")  # what browsers take for an address and the server does not
    expect(email).not_to_have_attribute("aria-invalid", "true")
    page.click(".panel .big")
    expect(faults).to_have_count(1)
    expect(email).to_have_attribute("aria-invalid", "true")
    expect(email).to_be_focused()
    email.fill("sara@shop.example")
    page.click(".panel .big")
    expect(page.locator(".panel .card[role=status]")).to_contain_text(re.compile(r"TKT-\d{4}-\d{6}"))
    assert Ticket.objects.get().customer.contact_email == "sara@shop.example"


def test_sound_is_off_until_it_is_chosen_and_stays_chosen(shop_page: Callable[..., Any], committed_cast: Cast) -> None:
    page = shop_page(ONE)
    begin(page, "hello")
    answers = page.locator(".log .bot .meta")
    expect(answers).to_have_count(1)
    assert page.evaluate("tones") == 0
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Sound on").click()
    assert page.evaluate("tones") == 2
    shop_page(ONE)
    page.click(".launcher")
    expect(answers).to_have_count(1)
    page.wait_for_function("heard.includes('ack')")
    assert page.evaluate("tones") == 0
    page.fill(".composer textarea", "thanks")
    page.keyboard.press("Enter")
    expect(answers).to_have_count(2)
    page.wait_for_function("tones === 2")
    page.get_by_role("button", name="More").click()
    assert page.get_by_role("menuitem", name="Sound off").is_visible()


def test_answers_come_where_the_network_lets_no_socket_through(
    shop_page: Callable[..., Any], committed_cast: Cast
) -> None:
    page = shop_page(ONE)
    page.route_web_socket("**/support", lambda socket: socket.close())
    page.clock.install()
    shop_page(ONE)
    begin(page, "hello")
    expect(page.locator(".log .customer .meta")).to_contain_text(":")
    page.clock.fast_forward(10_000)
    expect(page.locator(".log .bot .meta")).to_have_count(1)


def test_attributes_and_calls_of_the_page_change_colours_texts_and_place(shop_page: Callable[..., Any]) -> None:
    chosen = {"color": "#ffcc00", "title": "<i>Shop</i>", "greeting": "Hi", "position": "start", "theme": "dark"}
    page = shop_page(ONE, "en", open="", language="ar", hideLauncher="", **chosen)
    head, panel = page.locator(".head"), page.locator(".panel")
    expect(page.locator(".panel h2")).to_have_text("<i>Shop</i>")
    expect(page.locator(".panel .body p").first).to_have_text("Hi")
    assert panel.get_attribute("dir") == "rtl"
    assert (head.evaluate(STYLE, "backgroundColor"), head.evaluate(STYLE, "color")) == (
        "rgb(255, 204, 0)",
        "rgb(0, 0, 0)",
    )
    assert panel.evaluate(STYLE, "backgroundColor") == "rgb(24, 32, 36)"
    page.evaluate(f"SupportWidget.close(); {CALLS.search(DOC.read_text())[1]}; SupportWidget.open()")
    expect(page.locator(".panel h2")).to_have_text("Help")
    assert head.evaluate(STYLE, "backgroundColor") == "rgb(122, 31, 162)"
    assert page.locator(".launcher").count() == 1
    assert not page.locator(".launcher").is_visible()


def test_the_shops_callback_is_asked_again_when_its_token_ends(
    shop_page: Callable[..., Any], committed_cast: Cast
) -> None:
    secret = create_server_key("Shop", by=None).secret
    ticket = create_ticket(NewTicket("Broken", "It broke"), by=committed_cast.customer)
    body = {"secret": secret, "email": committed_cast.customer.email, "name": "Sara"}
    page = shop_page(ONE)
    page.clock.install()
    shop_page(ONE)
    page.evaluate(SIGN_IN, body)
    listed = page.locator(".panel .choice small")
    page.evaluate("SupportWidget.open('tickets')")
    expect(listed).to_contain_text([ticket.number])
    asked = page.evaluate("asked")
    page.clock.fast_forward(20 * 60_000)
    page.evaluate("SupportWidget.open('tickets')")
    page.wait_for_function("before => asked > before", arg=asked)
    expect(listed).to_contain_text([ticket.number])


def test_an_answer_to_a_closed_ticket_shows_the_new_one_that_it_opened(
    shop_page: Callable[..., Any], committed_cast: Cast
) -> None:
    old = create_ticket(NewTicket("Broken", "It broke"), by=committed_cast.customer)
    change_status(old.pk, status="closed", by=committed_cast.agent)
    page = signed_in(shop_page, committed_cast)
    page.evaluate("SupportWidget.open('tickets')")
    page.click(".panel li .choice")
    page.fill(".panel .composer textarea", "It broke again")
    page.keyboard.press("Enter")
    expect(page.get_by_text("so your answer opened")).to_have_text(
        "This ticket was closed, so your answer opened a new one."
    )
    new = Ticket.objects.exclude(pk=old.pk).get()
    expect(page.locator(".panel .line[role=status]").first).to_have_text(f"{new.number} · Open")
    expect(page.locator(".panel .log .bubble")).to_have_text("It broke again")
    expect(page.locator(".panel .composer textarea")).to_be_focused()
    page.keyboard.type("Badly")
    page.keyboard.press("Enter")
    expect(page.locator(".panel .log .bubble")).to_have_text(["It broke again", "Badly"])
    expect(page.locator(".panel .log .meta").last).to_contain_text(":")
    assert list(Message.objects.filter(ticket=new).order_by("pk").values_list("body", flat=True)) == [
        "It broke again",
        "Badly",
    ]


def test_a_new_ticket_is_stored_once_as_sent_and_once_more_as_changed_when_answers_are_lost(
    shop_page: Callable[..., Any], committed_cast: Cast
) -> None:
    page = signed_in(shop_page, committed_cast)
    lost: list[int] = []

    def lose(route: Any) -> None:
        if route.request.method != "POST" or len(lost) == 2:
            return route.continue_()
        lost.append(route.fetch().status)
        return route.abort()

    page.route("**/tickets", lose)
    page.evaluate("SupportWidget.open('message')")
    page.fill(".panel [name=subject]", "Broken")
    problem = page.locator(".panel form > .wrong[role=alert]")
    for text in ("It broke", "It broke today"):
        page.fill(".panel [name=description]", text)
        page.click(".panel form .big")
        expect(problem).to_have_text("There is no connection. Try again in a moment.")
    page.click(".panel form .big")
    expect(page.locator(".panel .card[role=status]")).to_contain_text("TKT-")
    assert lost == [201, 201]
    told = Ticket.objects.order_by("pk").values_list("description", flat=True)
    assert list(told) == ["It broke", "It broke today"]


def test_a_reply_without_a_network_is_sent_after_a_reload_as_its_writer_and_as_nobody_else(
    shop_page: Callable[..., Any], committed_cast: Cast
) -> None:
    secret = create_server_key("Shop", by=None).secret
    create_ticket(NewTicket("Broken", "It broke"), by=committed_cast.customer)
    writer, other = (
        {"secret": secret, "email": person.email, "name": "Sara"}
        for person in (committed_cast.customer, committed_cast.stranger)
    )
    page = shop_page(ONE)

    def write(text: str) -> None:
        page.evaluate(SIGN_IN, writer)
        page.evaluate("SupportWidget.open('tickets')")
        page.click(".panel li .choice")
        page.route("**/tickets/*/messages", lambda route: route.abort())
        page.fill(".composer textarea", text)
        page.keyboard.press("Enter")
        page.wait_for_function(WAITS, arg=True)
        shop_page(ONE)
        page.unroute("**/tickets/*/messages")

    def sent() -> list[str]:
        return list(Message.objects.filter(opens=None).values_list("body", flat=True))

    write("Any news?")
    page.evaluate(SIGN_IN, writer)
    page.wait_for_function(WAITS, arg=False)
    assert sent() == ["Any news?"]
    write("Not theirs")
    page.evaluate(SIGN_IN, other)
    page.wait_for_function(WAITS, arg=False)
    assert sent() == ["Any news?"]
