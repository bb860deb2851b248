"""The JavaScript client that we ship, in Chromium: its whole interface, cuts, what came twice, a room fetched anew."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from tests.browser.office import beside_the_browser  # noqa: F401
from tests.chat import acts as chats
from tests.realtime.acts import forget, head, opened, say
from tests.realtime.client import token_of
from tests.realtime.servers import Web, wait_until
from tests.soak import sized
from tickets.operations import NewMessage, add_message

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.xdist_group("browser")]
BEGIN = """async (token) => {
  const { connect } = await import("/static/realtime/realtime.js");
  window.heard = [];
  window.answers = {};
  window.client = connect(token, location.origin);
  client.on("*", (data, frame) => heard.push({ event: frame.event, room: frame.room, seq: frame.seq, data }));
  await new Promise((done) => client.on("ready", done));
}"""


@pytest.fixture(scope="module")
def own_site(django_db_setup: None) -> Iterator[Web]:
    web = Web()
    web.environment["SITE_URL"] = web.site
    with web.start():
        yield web


@pytest.fixture
def page(own_site: Web, chromium: Any, transactional_db: None) -> Iterator[Any]:
    context = chromium.new_context()
    found = context.new_page()
    found.goto(f"{own_site.site}/health/live")
    yield found
    context.close()


def begun(page: Any, user: Any) -> Any:
    page.evaluate(BEGIN, token_of(user))
    return page


def heard(page: Any, room: str) -> list[int]:
    return list(
        page.evaluate("room => heard.filter((one) => one.room === room && one.seq).map((one) => one.seq)", room)
    )


def test_the_whole_interface_works_in_a_browser(committed_cast, page):
    cast = committed_cast
    ticket, session = opened(cast.customer), chats.active(cast.customer, cast.agent)
    begun(page, cast.customer)
    room, ref = f"ticket:{ticket.pk}", str(ticket.pk)
    assert page.evaluate("ref => client.joinTicket(ref)", ref) == {"room": room, "seq": 0, "reset": False}
    page.evaluate("() => { window.stop = client.on('ticket:message', ({ body }) => (answers.body = body)); }")
    add_message(ticket.pk, NewMessage("We look into it."), by=cast.agent)
    page.wait_for_function("answers.body === 'We look into it.'")
    page.evaluate("stop()")
    add_message(ticket.pk, NewMessage("Unheard."), by=cast.agent)
    page.wait_for_function("room => heard.filter((one) => one.room === room && one.seq).length >= 2", arg=room)
    assert page.evaluate("answers.body") == "We look into it."
    chat = page.evaluate("id => client.joinChat(id)", session["id"])
    assert chat["room"].startswith("chat:")
    assert page.evaluate("id => client.sendTyping(id, true)", session["id"]) == {"room": chat["room"]}
    assert page.evaluate("id => client.sendTyping({ ticketId: id }, false)", ref) == {"room": room}
    chats.told(cast.agent, session, "Hello")
    page.wait_for_function("heard.some((one) => one.event === 'chat:message' && one.data.body === 'Hello')")
    assert page.evaluate("id => client.leaveChat(id)", session["id"]) == {"room": chat["room"]}
    assert page.evaluate("ref => client.leaveTicket(ref)", ref) == {"room": room}
    refused = page.evaluate("() => client.joinTicket('999999').catch((error) => [error.message, error.text])")
    assert refused == ["not_found", "لم يُعثر على شيء هنا."]
    before = heard(page, room)
    page.evaluate("client.close()")
    assert page.evaluate("() => client.sendTyping('1', true)") is None, "a signal that cannot be sent is lost"
    say(room)
    time.sleep(0.3)
    assert heard(page, room) == before


def test_i3_cut_again_and_again_a_page_hears_each_event_once_and_in_order(committed_cast, page):
    cast = committed_cast
    ticket, count = opened(cast.customer), sized(100, 2_000)
    room = f"ticket:{ticket.pk}"

    def talk() -> None:
        for _ in range(count):
            say(room)
            time.sleep(0.03)
        connection.close()

    begun(page, cast.customer).evaluate("ref => client.joinTicket(ref)", str(ticket.pk))
    talking = threading.Thread(target=talk)
    talking.start()
    while talking.is_alive():
        page.wait_for_timeout(700)
        page.evaluate("client.socket?.close(4000)")
    wait_until(lambda: heard(page, room)[-1:] == [count], 60, every=0.2)
    assert heard(page, room) == list(range(1, count + 1))
    assert page.evaluate("heard.filter((one) => one.event === 'ready').length") >= 2


def test_what_comes_twice_is_dropped_and_what_is_missing_is_asked_for(committed_cast, page):
    cast = committed_cast
    ticket = opened(cast.customer)
    room = f"ticket:{ticket.pk}"
    begun(page, cast.customer).evaluate("ref => client.joinTicket(ref)", str(ticket.pk))
    for _ in range(3):
        say(room)
    wait_until(lambda: heard(page, room) == [1, 2, 3])
    page.evaluate("room => client.cursors.set(room, 1)", room)  # as if two had never come: they come again
    say(room)
    wait_until(lambda: heard(page, room)[-1:] == [4])
    assert heard(page, room) == [1, 2, 3, 4]


def test_after_a_reset_the_page_fetches_and_ends_with_what_rest_says(committed_cast, page):
    cast = committed_cast
    ticket = opened(cast.customer)
    room = f"ticket:{ticket.pk}"
    begun(page, cast.customer)
    page.evaluate(
        """async ([id, token]) => {
      window.fetched = async () => (await (await fetch(`/tickets/${id}/messages`, {
        headers: { Authorization: `Bearer ${token}` } })).json()).data.map((one) => one.body);
      window.refetch = async () => { window.lines = await fetched(); };
      client.on("reset", ({ room }) => room === `ticket:${id}` && refetch());
      client.on("ticket:message", ({ body }) => lines.push(body));
      await refetch();
      await client.joinTicket(id);
    }""",
        [str(ticket.pk), token_of(cast.customer)],
    )
    add_message(ticket.pk, NewMessage("One"), by=cast.agent)
    page.wait_for_function("lines.includes('One')")
    page.evaluate(
        "() => { client.open = ((open) => function () { if (!window.away) return open.call(this); })(client.open); }"
    )
    page.evaluate("() => { window.away = true; client.socket.close(4000); }")
    for line in ("Two", "Three"):
        add_message(ticket.pk, NewMessage(line), by=cast.agent)
    forget(room, up_to=head(room))
    page.evaluate("() => { window.away = false; clearTimeout(client.timer); client.open(); }")
    page.wait_for_function("lines.includes('Three')")
    add_message(ticket.pk, NewMessage("Four"), by=cast.agent)
    page.wait_for_function("lines.includes('Four')")
    assert page.evaluate("async () => JSON.stringify(lines) === JSON.stringify(await fetched())")
    assert page.evaluate("heard.filter((one) => one.event === 'reset').length") == 1
