"""The desk follows what happens, in a real browser against a real server, beside a customer on a real socket."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.models import User
from chat.models import ChatMessage, Session
from chat.operations import NewChatMessage, accept, post, read, transfer
from chat.operations import end as end_chat
from tests.browser.examine import LOOKS, faults
from tests.browser.office import Look, beside_the_browser  # noqa: F401
from tests.cast import Cast
from tests.chat_admin.desk import DESK, LIST, active, page_of, says, waiting
from tests.realtime.servers import Web
from tickets.models import CannedResponse

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SOON = 15000  # long enough for a busy machine; what comes is waited for, not slept for
# A customer's socket in a page of its own: what it heard is kept, and it can type.
CUSTOMER = """async ([address, session]) => {
  window.events = [];
  const socket = new WebSocket(address, ["support.v1", "bearer." + window.token]);
  window.say = (action, data) => socket.send(JSON.stringify({ action, data, ref: ++window.refs }));
  window.refs = 0;
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(data);
    events.push(frame);
    if (frame.event === "hb") say("pong", {});
  };
  await new Promise((ready) => socket.addEventListener("message", ready, { once: true }));
  say("joinChat", { sessionId: session });
}"""


@pytest.fixture
def phone(office: Web, chromium: Any, transactional_db: None, api: Any) -> Iterator[Callable[..., Any]]:
    """`phone(customer, session)` is that customer's app on the socket, in his chat's room."""
    contexts = []

    def enter(user: User, session: Session) -> Any:
        context = chromium.new_context()
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{office.site}/health/live")
        page.evaluate("token => { window.token = token }", api(user).token)
        page.evaluate(CUSTOMER, [office.address, str(session.pk)])
        page.wait_for_function("() => events.some(frame => frame.event === 'ack')")
        return page

    yield enter
    for context in contexts:
        context.close()


def available(user: User) -> User:
    User.objects.filter(pk=user.pk).update(availability="available")
    return user


def test_a_waiting_chat_appears_is_announced_and_accepted(look: Look, committed_cast: Cast) -> None:
    cast = committed_cast
    page = look(available(cast.agent), DESK)
    session = waiting(cast.customer, "<b>الجهاز لا يعمل</b>", "ar")
    expect(page.locator(f"#waiting-{session.pk}")).to_contain_text("<b>الجهاز لا يعمل</b>", timeout=SOON)
    expect(page.locator("#toasts .toast")).to_contain_text(cast.customer.name, timeout=SOON)
    expect(page.locator("#chat-link .count.warn")).to_contain_text("1", timeout=SOON)
    page.click(f"#waiting-{session.pk} form button")
    page.wait_for_url(f"**{page_of(session)}*")
    expect(page.locator(".chat-status")).to_contain_text("Active")
    assert Session.objects.get(pk=session.pk).agent_id == cast.agent.pk
    assert page.complaints == []


def test_news_of_chats_come_on_any_page_until_they_are_switched_off(look: Look, committed_cast: Cast) -> None:
    cast = committed_cast
    page = look(available(cast.agent), "/admin/")
    first = waiting(cast.customer)
    expect(page.locator("#toasts .toast")).to_contain_text(cast.customer.name, timeout=SOON)
    assert page.locator("#toasts a").get_attribute("href") == page_of(first)
    page.click("#chat-state")
    page.click("#chat-notices")
    assert page.get_attribute("#chat-notices", "aria-pressed") == "false"
    waiting(cast.stranger)
    expect(page.locator("#chat-link .count.warn")).to_contain_text("2", timeout=SOON)
    assert page.locator("#toasts .toast").count() == 0
    assert page.complaints == []


def test_who_is_away_hears_nothing_and_says_so_without_leaving_the_page(look: Look, committed_cast: Cast) -> None:
    cast = committed_cast
    page = look(available(cast.agent), "/admin/")
    page.evaluate("window.same = true")
    page.click("#chat-state")
    page.click("#chat-availability button[value=away]")
    expect(page.locator("#chat-state")).to_contain_text("Away", timeout=SOON)
    assert page.evaluate("window.same")
    assert User.objects.get(pk=cast.agent.pk).availability == "away"
    waiting(cast.customer)
    expect(page.locator("#chat-link .count.warn")).to_contain_text("1", timeout=SOON)
    assert page.locator("#toasts .toast").count() == 0


def test_messages_and_typing_go_both_ways(look: Look, phone: Any, committed_cast: Cast) -> None:
    cast = committed_cast
    session = active(cast.customer, cast.agent)
    page = look(cast.agent, page_of(session))
    app = phone(cast.customer, session)
    app.evaluate("id => say('sendTyping', { sessionId: id, isTyping: true })", str(session.pk))
    expect(page.locator(".typing")).to_have_text(f"{cast.customer.name} is typing…", timeout=SOON)
    asked = says(cast.customer, "متى يصل الطلب؟")
    expect(page.locator(".bubble.customer").last).to_contain_text("متى يصل الطلب؟", timeout=SOON)
    expect(page.locator(".typing")).to_have_text("")
    # Whoever looks at a chat has read it.
    app.wait_for_function("id => events.some(f => f.event === 'chat:read' && f.data.messageId === id)", arg=str(asked))

    page.evaluate("window.same = true")
    page.fill(".reply [name=body]", "")
    page.type(".reply [name=body]", "Today.")
    app.wait_for_function("() => events.some(frame => frame.event === 'typing:start')")
    page.keyboard.press("Shift+Enter")
    page.type(".reply [name=body]", "In the evening.")
    page.keyboard.press("Enter")
    expect(page.locator(".bubble.agent.mine").last).to_contain_text("Today.\nIn the evening.", timeout=SOON)
    expect(page.locator(".reply [name=body]")).to_have_value("", timeout=SOON)
    expect(page.locator(".reply [name=body]")).to_be_focused(timeout=SOON)
    assert page.evaluate("window.same")
    app.wait_for_function("() => events.some(f => f.event === 'chat:message' && f.data.author.type === 'agent')")
    expect(page.locator(".bubble.agent .seen").last).to_have_text("Sent")
    written = ChatMessage.objects.get(author=cast.agent)
    read(None, written.pk, by=cast.customer)
    expect(page.locator(".bubble.agent .seen").last).to_have_text("Read", timeout=SOON)
    # The next message goes out as well: the form got a new id.
    page.type(".reply [name=body]", "Anything else?")
    page.keyboard.press("Enter")
    expect(page.locator(".bubble.agent.mine")).to_have_count(2, timeout=SOON)
    assert page.complaints == []


def test_a_note_is_written_and_the_customers_socket_hears_nothing(look: Look, phone: Any, committed_cast: Cast) -> None:
    cast = committed_cast
    session = active(cast.customer, cast.agent)
    app = phone(cast.customer, session)
    page = look(cast.agent, page_of(session))
    before = app.evaluate("events.filter(frame => frame.event === 'chat:message').length")
    page.click("label[for^=tab-note]")
    page.type(".note-form [name=body]", "zzNOTEzz")
    page.click("form.note-form .submit-row button")
    expect(page.locator(".bubble.internal")).to_contain_text("zzNOTEzz", timeout=SOON)
    says(cast.customer, "Still here?")
    app.wait_for_function("() => events.some(frame => frame.event === 'chat:message')")
    heard = app.evaluate("JSON.stringify(events)")
    assert "zzNOTEzz" not in heard
    assert "typing" not in heard
    assert app.evaluate("events.filter(frame => frame.event === 'chat:message').length") == before + 1


def test_a_chat_that_was_passed_on_leaves_one_desk_and_comes_to_the_other(look: Look, committed_cast: Cast) -> None:
    cast = committed_cast
    session = active(cast.customer, cast.agent)
    mine, theirs = look(cast.agent, page_of(session)), look(cast.colleague, DESK, language="ar")
    here = mine.locator(".transfer [name=agent_id] option", has_text=f"{cast.colleague.name} · Offline · 0 of 4 chats")
    expect(here).to_have_count(1, timeout=SOON)
    mine.select_option(".transfer [name=agent_id]", value=str(cast.colleague.pk))
    mine.fill(".transfer [name=note]", "Knows the order.")
    mine.click(".transfer .submit-row button")
    mine.wait_for_url(f"**{DESK}")
    expect(theirs.locator(f"#mine-{session.pk}")).to_contain_text(cast.customer.name, timeout=SOON)
    theirs.click(f"#mine-{session.pk} a")
    expect(theirs.locator(".bubble.internal")).to_contain_text("Knows the order.")
    assert mine.complaints == theirs.complaints == []


def test_a_chat_that_was_given_to_me_announces_itself_on_any_page(look: Look, committed_cast: Cast) -> None:
    cast = committed_cast
    session, own = active(cast.customer, cast.agent), active(cast.stranger, cast.colleague)
    page = look(available(cast.colleague), "/admin/")
    expect(page.locator(f"#chat-bar[data-mine='{own.pk}']")).to_have_count(1, timeout=SOON)
    transfer(session.pk, agent_id=cast.colleague.pk, by=cast.agent)
    toast = page.locator("#toasts .toast")
    expect(toast).to_contain_text(f"A chat was given to you: {cast.customer.name}", timeout=SOON)
    assert page.locator("#toasts a").get_attribute("href") == page_of(session)
    assert page.complaints == []


def test_the_page_says_that_it_is_cut_off_and_catches_up(look: Look, committed_cast: Cast) -> None:
    cast = committed_cast
    session = active(cast.customer, cast.agent)
    page = look(cast.agent, page_of(session))
    expect(page.locator("#cut-off")).to_be_hidden()
    page.context.set_offline(True)
    page.evaluate("sockets.forEach(socket => socket.close())")
    expect(page.locator("#cut-off")).to_be_visible(timeout=SOON)
    says(cast.customer, "Said meanwhile")
    page.context.set_offline(False)
    expect(page.locator(".bubble.customer").last).to_contain_text("Said meanwhile", timeout=SOON)
    expect(page.locator("#cut-off")).to_be_hidden(timeout=SOON)


def test_a_slash_in_a_chat_finds_canned_responses(look: Look, committed_cast: Cast) -> None:
    cast = committed_cast
    words = {"title_ar": "ترحيب", "title_en": "Greeting", "body_ar": "أهلا", "shortcut": "hi"}
    CannedResponse.objects.create(**words, body_en="Hello {customer_name}!")
    page = look(cast.agent, page_of(active(cast.customer, cast.agent)))
    page.locator(".reply [name=body]").press_sequentially("/greet")
    expect(page.locator(".completion [role=option]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator(".reply [name=body]")).to_have_value(f"Hello {cast.customer.name}!")
    assert not ChatMessage.objects.filter(author=cast.agent).exists()


def test_the_box_of_a_chat_stands_in_the_first_screen_of_a_phone(look: Look, committed_cast: Cast) -> None:
    cast = committed_cast
    session = active(cast.customer, cast.agent)
    for number in range(12):
        says(cast.customer, f"A longer line, number {number}, which fills the screen of a phone.")
    page = look(cast.agent, page_of(session), language="ar", viewport={"width": 390, "height": 844})
    for y in (0, 300, 100_000):
        page.evaluate("y => scrollTo(0, y)", y)
        box = page.locator(".reply [name=body]").bounding_box()
        assert 0 <= box["y"] <= 844 - box["height"], y


def test_what_is_being_written_stays_when_the_chat_goes(look: Look, committed_cast: Cast) -> None:
    cast = committed_cast
    session = active(cast.customer, cast.agent)
    page = look(cast.agent, page_of(session))
    page.fill(".reply [name=body]", "Half a sent")
    transfer(session.pk, agent_id=cast.colleague.pk, by=cast.lead)
    expect(page.locator(".composer .live-note")).to_be_visible(timeout=SOON)
    assert page.input_value(".reply [name=body]") == "Half a sent"
    page.keyboard.press("Enter")
    expect(page.locator(".refusal, .not-sent:not([hidden])").first).to_be_visible(timeout=SOON)
    assert not ChatMessage.objects.filter(body="Half a sent").exists()


def test_a_chat_ends_in_both_ways(look: Look, committed_cast: Cast) -> None:
    cast = committed_cast
    session, other = active(cast.customer, cast.agent), active(cast.stranger, cast.agent)
    page = look(cast.agent, page_of(session))
    end_chat(None, by=cast.customer)
    expect(page.locator(".chat-status")).to_contain_text("Ended", timeout=SOON)
    expect(page.locator(".composer")).to_have_count(0, timeout=SOON)
    page.click(f"#mine-{other.pk} a")
    page.click(".end-chat summary")
    page.click(".end-chat form button")
    expect(page.locator(".chat-status")).to_contain_text("Ended")
    expect(page.locator(f"#chat-scroll-{other.pk}")).to_be_focused()
    assert Session.objects.get(pk=other.pk).ended_by == "agent"


def test_the_loser_of_a_race_reads_who_won(look: Look, committed_cast: Cast) -> None:
    cast = committed_cast
    session = waiting(cast.customer)
    page = look(cast.agent, DESK)
    # The page has not heard of it yet.
    page.evaluate("sockets.at(-1).onmessage = null")
    accept(session.pk, by=cast.colleague)
    page.click(f"#waiting-{session.pk} form button")
    expect(page.locator(".refusal")).to_contain_text(f"{cast.colleague.name} already took this chat.")


def test_without_scripts_one_accepts_writes_and_ends(look: Look, committed_cast: Cast) -> None:
    cast = committed_cast
    session = waiting(cast.customer)
    page = look(cast.agent, DESK, scripts=False)
    page.click(f"#waiting-{session.pk} form button")
    page.fill(".reply [name=body]", "By hand.")
    page.click("form.reply .submit-row button")
    expect(page.locator(".bubble.agent").last).to_contain_text("By hand.")
    page.click(".end-chat summary")
    page.click(".end-chat form button")
    expect(page.locator(".chat-status")).to_contain_text("Ended")


@pytest.fixture
def busy(committed_cast: Cast) -> list[str]:
    """A desk with something of everything; the addresses of its pages."""
    cast = committed_cast
    session = active(cast.customer, cast.agent, "مرحبا، طلبي SA-104233 لم يصل بعد")
    post(session.pk, NewChatMessage("أهلًا بك، أتحقق من ذلك."), by=cast.agent)
    post(session.pk, NewChatMessage("The courier was called.", is_internal=True), by=cast.agent)
    says(cast.customer, "شكرا\nAnd one line in English, which is rather long and must not make the page any wider.")
    waiting(cast.stranger)
    waiting(cast.guest, "أحتاج مساعدة")
    return [DESK, page_of(session), page_of(Session.objects.waiting().first()), LIST, f"{LIST}?q=nothing-like-it"]


@pytest.mark.parametrize(("language", "scheme", "width"), LOOKS)
def test_no_page_complains_overflows_or_keeps_anybody_out(
    look: Look,
    committed_cast: Cast,
    busy: list[str],
    office: Web,
    axe: str,
    language: str,
    scheme: str,
    width: int,
) -> None:
    size = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    page = look(committed_cast.agent, "/admin/", language=language, **size)
    found = []
    for path in busy:
        assert page.goto(office.site + path).status == 200, path
        page.wait_for_function("() => heard.includes('ready')")
        if path == DESK:
            page.click("#chat-state")
        found += faults(page, axe, path)
    assert found == []
    assert page.complaints == []


def test_the_keyboard_is_enough(look: Look, committed_cast: Cast, tmp_path: Path) -> None:
    cast = committed_cast
    session = waiting(cast.customer)
    page = look(cast.agent, DESK)
    page.locator(f"#waiting-{session.pk} a").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{page_of(session)}*")
    page.locator(".tab-reply").focus()
    page.keyboard.press("Tab")
    page.keyboard.type("Hello")
    page.keyboard.press("Enter")
    expect(page.locator(".bubble.agent").last).to_contain_text("Hello", timeout=SOON)
    expect(page.locator(".reply [name=body]")).to_be_focused()


def test_the_focus_stays_where_it_went_while_a_message_was_on_its_way(look: Look, committed_cast: Cast) -> None:
    cast = committed_cast
    session = active(cast.customer, cast.agent)
    page = look(cast.agent, page_of(session))
    late: list[Any] = []
    page.route("**/do/reply/", lambda route: late.append((route, route.fetch())))
    page.locator(".reply [name=body]").focus()
    page.keyboard.type("Hello")
    page.keyboard.press("Enter")
    expect(page.locator(".bubble.agent").last).to_contain_text("Hello", timeout=SOON)
    mine = page.locator(f"#desk-lists a[href='{page_of(session)}']").first
    # A renewal may replace the list at any moment before: the link that has the focus is the one that stands there.
    page.wait_for_function(
        "path => { const link = document.querySelector(`#desk-lists a[href='${path}']`);"
        " link.focus(); return document.activeElement === link; }",
        arg=page_of(session),
    )
    [(route, answer)] = late
    route.fulfill(response=answer)
    expect(page.locator("form.reply[data-sending]")).to_have_count(0)
    expect(page.locator(".reply [name=body]")).to_be_visible()
    expect(mine).to_be_focused()


def test_a_fresh_composer_keeps_the_focus_and_does_not_scroll_to_it(look: Look, committed_cast: Cast) -> None:
    cast = committed_cast
    words = dict.fromkeys(("title_ar", "title_en", "body_ar", "body_en", "shortcut"), "Thanks")
    CannedResponse.objects.create(**words)
    session = active(cast.customer, cast.agent)
    page = look(cast.agent, page_of(session), viewport={"width": 390, "height": 500})
    page.locator(".tab-reply").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".note-form [name=body]")).to_be_visible()
    page.evaluate("scrollTo(0, 0)")
    _fresh_composer(page, cast, "And you?")
    expect(page.locator(".tab-note")).to_be_focused()
    assert page.evaluate("scrollY") == 0
    page.keyboard.press("ArrowLeft")
    send = page.locator("form.reply .submit-row button")
    send.focus()
    _fresh_composer(page, cast, "Still there?")
    expect(send).to_be_focused()


def _fresh_composer(page: Any, cast: Cast, text: str) -> None:
    """The customer says something, and what comes of it replaces the composer."""
    page.evaluate("document.querySelector('.composer').dataset.was = 'here'")
    says(cast.customer, text)
    expect(page.locator(".composer[data-was]")).to_have_count(0, timeout=SOON)


def test_what_is_typed_while_a_message_is_on_its_way_is_the_next_one(look: Look, committed_cast: Cast) -> None:
    cast = committed_cast
    session = active(cast.customer, cast.agent)
    page = look(cast.agent, page_of(session))
    late: list[Any] = []
    page.route("**/do/reply/", lambda route: late.append(route))
    box = page.locator(".reply [name=body]")
    box.focus()
    page.keyboard.type("The first")
    page.keyboard.press("Enter")
    expect(box).to_have_value("")
    page.keyboard.type("and the next")
    page.wait_for_function("() => true")
    late.pop().continue_()
    expect(page.locator(".bubble.agent").last).to_contain_text("The first", timeout=SOON)
    expect(page.locator("form.reply[data-sending]")).to_have_count(0, timeout=SOON)
    expect(box).to_have_value("and the next")
    page.unroute("**/do/reply/")
    page.keyboard.press("Enter")
    expect(page.locator(".bubble.agent").last).to_contain_text("and the next", timeout=SOON)
    expect(box).to_have_value("")
    assert [row.body for row in ChatMessage.objects.filter(author=cast.agent).order_by("pk")] == [
        "The first",
        "and the next",
    ]


@pytest.mark.parametrize("how", ["no network", "refused"])
def test_what_could_not_be_sent_comes_back_below_what_was_typed_since(
    look: Look, committed_cast: Cast, how: str
) -> None:
    cast = committed_cast
    session = active(cast.customer, cast.agent)
    page = look(cast.agent, page_of(session))
    late: list[Any] = []
    page.route("**/do/reply/", lambda route: late.append(route))
    page.locator(".reply [name=body]").focus()
    page.keyboard.type("The first")
    page.keyboard.press("Enter")
    page.keyboard.type("typed since")
    if how == "refused":
        late.pop().continue_(post_data="body=")
    else:
        late.pop().abort()
    said = page.locator(".not-sent:not([hidden]), .composer .errornote, .composer .errorlist, .refusal").first
    expect(said).to_be_visible(timeout=SOON)
    expect(page.locator(".reply [name=body]")).to_have_value("typed since\nThe first")
    assert not ChatMessage.objects.filter(author=cast.agent).exists()


def test_accepting_the_chat_that_stands_here_keeps_the_page_and_goes_on_in_the_box(
    look: Look, committed_cast: Cast
) -> None:
    cast = committed_cast
    session = waiting(cast.customer)
    page = look(available(cast.agent), page_of(session), viewport={"width": 390, "height": 500})
    page.evaluate("window.same = true; scrollTo(0, 120)")
    before = page.evaluate("scrollY")
    page.locator(".chat-head form[action*='/do/accept/'] button").evaluate("button => button.click()")
    expect(page.locator(".reply [name=body]")).to_be_focused(timeout=SOON)
    assert page.evaluate("window.same")
    assert page.evaluate("scrollY") == before
    expect(page.locator(".chat-status")).to_contain_text("Active")
