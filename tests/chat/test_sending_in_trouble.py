"""Writing in a chat over the socket when something is in the way: a cut connection, a refusal, a process that goes."""

from __future__ import annotations

import signal
import threading
import time

import httpx
import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from audit.models import Entry
from bot.models import Rule
from chat.models import ChatMessage, Session
from chat.sockets import SendMessage
from core.request_context import Origin
from realtime.action_dispatch import _Alone, _by_itself, _perform, _Question
from realtime.errors import Refused
from realtime.registry import authenticator
from tests.cast import customer
from tests.chat import acts
from tests.conftest import superuser
from tests.realtime.client import Client, token_of
from tests.realtime.node_client import NodeClient
from tests.realtime.servers import Redis, Web, wait_until
from tests.realtime.test_access import cookie_of

pytestmark = pytest.mark.slow
CAME = Origin("socket", "192.0.2.7", "")
COMMIT_LOCK = 4242
# Not pg_stat_activity, which shows the same to the whole of a transaction.
WAITING_FOR_LOCK = """
    select pid from pg_locks join pg_database on pg_database.oid = database
    where datname = %s and locktype = 'advisory' and not granted"""


def sending(session, body, name="m1", **more):
    return {"sessionId": session["id"], "body": body, "clientMessageId": name, **more}


def there(client):
    client.event("ready")
    return client


def name_of_database():
    return connection.settings_dict["NAME"]


def person(user):
    return User.objects.with_rights().get(pk=user.pk)


def last_entry(session):
    return Entry.objects.filter(action="CHAT_MESSAGE_SENT", entity_id=session["id"]).latest("pk")


def test_a_batch_whose_connection_is_cut_is_answered_unavailable_and_the_next_one_is_stored(committed_cast, web):
    cast = committed_cast
    session = acts.active(cast.customer, cast.agent)
    with Client(web, token_of(cast.customer)) as phone, superuser(name_of_database()) as other:
        there(phone).done("joinChat", session["id"])
        with other.transaction():
            other.execute("select pg_advisory_xact_lock(%s)", [COMMIT_LOCK])
            phone.send("sendMessage", sending(session, "again and again"), ref=1)
            wait_until(lambda: other.execute(WAITING_FOR_LOCK, [name_of_database()]).fetchall())
            [(pid,)] = other.execute(WAITING_FOR_LOCK, [name_of_database()]).fetchall()
            other.execute("select pg_terminate_backend(%s)", [pid])
            refused = phone.wait(lambda frame: frame["event"] == "ack" and frame["ref"] == 1)
        assert refused["error"]["code"] == "unavailable"
        assert refused["error"]["retryAfter"] > 0
        assert phone.done("sendMessage", sending(session, "again and again"))["repeated"] is False
        phone.wait(lambda frame: frame["event"] == "chat:message" and frame["data"]["body"] == "again and again")
    assert ChatMessage.objects.filter(body="again and again").count() == 1


def test_what_stands_behind_the_last_argument_is_refused_instead_of_left_out(committed_cast, web):
    """A note whose mark were left out would be read by the customer."""
    cast = committed_cast
    session = acts.active(cast.customer, cast.agent)
    with Client(web, token_of(cast.agent)) as desk:
        there(desk)
        assert desk.refused("sendMessage", [session["id"], "secret", "a", {"isInternal": True}]) == "bad_request"
        assert desk.refused("sendMessage", [sending(session, "secret"), {"isInternal": True}]) == "invalid"
        assert desk.done("sendMessage", [session["id"], "in order", "b"])["message"]["body"] == "in order"
    figures = httpx.get(f"{web.site}/metrics", headers={"Authorization": "Bearer figures"}).text
    for answer in ("ok", "invalid"):
        assert f'support_socket_changes_total{{action="sendMessage",answer="{answer}"}}' in figures
    assert not ChatMessage.objects.filter(body="secret").exists()


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_refusal_of_the_operation_is_in_the_callers_language_to_the_last_word(committed_cast, web, language):
    speaks = customer("نورة", language)
    session = acts.started(speaks)
    chosen = {"sessionId": session["id"], "clientMessageId": "a", "quickReply": {"messageId": "1", "value": "x"}}
    with Client(web, token_of(speaks)) as phone:
        error = there(phone).act("sendMessage", chosen)["error"]
    assert error["code"] == "invalid"
    [text] = error["fields"]["quickReply"]
    assert text.isascii() == error["message"].isascii() == (language == "en"), error


def test_a_refusal_is_in_the_language_that_the_caller_has_chosen_since(committed_cast, web):
    speaks = customer("Nora", "en")
    session = acts.started(speaks)
    with Client(web, token_of(speaks)) as phone:
        there(phone)
        User.objects.filter(pk=speaks.pk).update(language="ar")
        for wrong in ({}, {**sending(session, "x"), "sessionId": "999999999"}):
            assert not phone.act("sendMessage", wrong)["error"]["message"].isascii()


def test_a_refused_authorisation_is_in_the_audit_log_as_one_of_rest_is(committed_cast, web):
    cast = committed_cast
    session = acts.active(cast.customer, cast.agent)
    with Client(web, token_of(cast.colleague)) as desk:
        assert there(desk).refused("sendMessage", sending(session, "x")) == "forbidden"
    entry = Entry.objects.get(action="ACCESS_REFUSED", actor_id=cast.colleague.pk)
    assert entry.detail.metadata["door"] == "socket sendMessage"
    assert entry.detail.ip_address == "127.0.0.1"


def test_the_audit_log_says_from_where_a_message_came_behind_a_proxy(committed_cast):
    cast = committed_cast
    session = acts.active(cast.customer, cast.agent)
    headers = {"X-Forwarded-For": "203.0.113.9, 198.51.100.4", "User-Agent": "Shop/7 (كتاب)".encode().decode("latin-1")}
    with Web(TRUSTED_PROXY_COUNT="1") as web:
        with Client(web, token_of(cast.customer), headers=headers, user_agent_header=None) as phone:
            there(phone).done("sendMessage", sending(session, "x"))
        detail = last_entry(session).detail
        assert (detail.ip_address, detail.user_agent[:7]) == ("198.51.100.4", "Shop/7 ")


@pytest.mark.node
def test_over_socket_io_arguments_may_come_in_order_and_the_audit_log_knows_the_client(committed_cast, web):
    cast = committed_cast
    session = acts.active(cast.customer, cast.agent)
    agents = {"extraHeaders": {"User-Agent": "Shop/8"}}
    with NodeClient(web, token_of(cast.customer), transports=["websocket"], **agents) as phone:
        said = phone.done("sendMessage", int(session["id"]), "مرحبا", "n1")
        assert (said["message"]["body"], said["repeated"]) == ("مرحبا", False)
        assert phone.done("sendMessage", sending(session, "مرحبا", "n1"))["repeated"] is True
        assert phone.ask("sendMessage", session["id"])["error"]["code"] == "invalid"
    assert last_entry(session).detail.user_agent == "Shop/8"


def test_what_the_bot_answers_is_recorded_as_coming_from_the_same_door(committed_cast, web):
    Rule.objects.all().delete()
    acts.rule("parcel", "It is on its way")
    speaks = customer("Nora", "en")
    session = acts.started(speaks)
    with Client(web, token_of(speaks)) as phone:
        there(phone).done("sendMessage", sending(session, "where is my parcel"))
        wait_until(lambda: ChatMessage.objects.filter(body="It is on its way").exists())
    assert last_entry(session).detail.ip_address == "127.0.0.1"


def test_who_became_staff_has_the_rates_of_staff_at_once(settings, committed_cast):
    cast = committed_cast
    session = acts.active(cast.customer, cast.agent)
    identity = authenticator().by_token(token_of(cast.agent))
    identity.user.role = "customer"
    settings.RATES = {**settings.RATES, "write": (0, 60)}
    [answer] = _perform(SendMessage(), [_Question(identity, sending(session, "x"), CAME)])
    assert answer["message"]["body"] == "x"


def test_a_batch_costs_as_many_queries_whatever_its_size(committed_cast):
    cast = committed_cast
    people = [cast.customer, cast.stranger, customer("Nora", "ar"), customer("Omar", "en"), customer("Sami", "ar")]
    agents = [cast.agent, cast.agent, cast.agent, cast.colleague, cast.colleague]
    sessions = [acts.active(user, agent) for user, agent in zip(people, agents, strict=True)]
    asked = []
    for number, (user, agent, session) in enumerate(zip(people, agents, sessions, strict=True)):
        for each in (user, agent):
            identity = authenticator().by_token(token_of(each))
            asked.append(_Question(identity, sending(session, "نعم", f"n{number}"), CAME))

    def cost(questions):
        with CaptureQueriesContext(connection) as queries:
            assert all("message" in answer for answer in _perform(SendMessage(), questions))
        return len(queries)

    cost(asked[:1])  # what is asked once a thread
    assert cost(asked[2:4]) == cost(asked[4:])


def test_two_processes_that_store_batches_over_the_same_chats_lose_nothing(committed_cast, web_pair):
    """Customers on one process, agents on the other, REST between them, everybody at once."""
    cast = committed_cast
    people = [customer(f"Person {number}", "en") for number in range(6)]
    agents = [cast.agent, cast.colleague]
    sessions = [acts.active(user, agents[number % 2]) for number, user in enumerate(people)]
    turns = 8
    wrong: list[str] = []

    def talk(site, token, session, mark):
        with Client(site, token) as client:
            there(client)
            for turn in range(turns):
                answer = client.act("sendMessage", sending(session, f"{mark}{turn}", f"{mark}{turn}"))
                if not answer["ok"]:
                    wrong.append(str(answer))

    threads = []
    for number, (user, session) in enumerate(zip(people, sessions, strict=True)):
        for site, who, mark in ((web_pair[0], user, "c"), (web_pair[1], agents[number % 2], "a")):
            threads.append(threading.Thread(target=talk, args=(site, token_of(who), session, mark)))
    for thread in threads:
        thread.start()
    for user in people:
        acts.said(user, "by REST")
    for thread in threads:
        thread.join(60)
    assert wrong == []
    for number, session in enumerate(sessions):
        rows = [row["body"] for row in acts.thread(agents[number % 2], session)]
        for mark in "ca":
            assert [body for body in rows if body[0] == mark] == [f"{mark}{turn}" for turn in range(turns)]


def test_the_back_offices_socket_writes_until_its_session_ends(committed_cast, settings):
    cast = committed_cast
    session = acts.active(cast.customer, cast.agent)
    key = cookie_of(cast.agent)["Cookie"].partition("=")[2]
    identity = authenticator().by_cookie({settings.SESSION_COOKIE_NAME: key})

    def said(name):
        [answer] = _perform(SendMessage(), [_Question(identity, sending(session, name, name), CAME)])
        return answer["message"]["body"] if isinstance(answer, dict) else answer.code

    assert said("x") == "x"
    settings.STAFF_SECOND_FACTOR = "required"
    assert said("barred") == "unauthorized"
    settings.STAFF_SECOND_FACTOR = "optional"
    SessionStore(key).delete()
    assert said("signed out") == "unauthorized"


@pytest.mark.parametrize("passed", ["transferred", "made a customer", "disabled"])
def test_who_lost_a_chat_writes_no_more_in_it(committed_cast, passed):
    cast = committed_cast
    session = acts.active(cast.customer, cast.agent)
    identity = authenticator().by_token(token_of(cast.agent))
    if passed == "transferred":
        Session.objects.filter(pk=session["id"]).update(agent=cast.colleague)
    elif passed == "made a customer":
        User.objects.filter(pk=cast.agent.pk).update(role="customer")
    else:
        User.objects.filter(pk=cast.agent.pk).update(is_active=False)
    [answer] = _perform(SendMessage(), [_Question(identity, sending(session, "x"), CAME)])
    expected = {"transferred": "forbidden", "made a customer": "not_found", "disabled": "unauthorized"}[passed]
    if isinstance(answer, _Alone):
        with pytest.raises(Refused) as refused:
            _by_itself(SendMessage(), answer.call)
        answer = refused.value
    assert answer.code == expected
    assert not ChatMessage.objects.filter(session_id=session["id"], body="x").exists()


def test_what_came_before_a_socket_went_is_stored_and_keeps_nothing_waiting(committed_cast, web):
    cast = committed_cast
    session = acts.active(cast.customer, cast.agent)
    with superuser(name_of_database()) as other, other.transaction():
        other.execute("select pg_advisory_xact_lock(%s)", [COMMIT_LOCK])
        with Client(web, token_of(cast.customer)) as phone:
            there(phone).send("sendMessage", sending(session, "last words"), ref=1)
            time.sleep(0.5)
            phone.cut()
    with Client(web, token_of(cast.customer)) as phone:
        assert there(phone).done("sendMessage", sending(session, "last words"))["repeated"] is True


@pytest.mark.node
@pytest.mark.parametrize("transports", [["polling"], ["websocket"]])
def test_what_a_socket_io_client_does_not_wait_for_stays_in_order(committed_cast, web, transports):
    """Some are done together and others alone, some of them are refused: whatever each is, the next waits for it."""
    cast = committed_cast
    session = acts.active(cast.customer, cast.agent)
    first = acts.own_thread(cast.customer)[0]["id"]
    with NodeClient(web, token_of(cast.customer), transports=transports) as phone:
        phone.event("ready")
        for number in range(20):
            more = {"lastSeenMessageId": first, "force": number % 3 == 0} if number % 2 else {}
            phone.emit("sendMessage", sending(session, f"line {number}", f"n{number}", **more))
        phone.done("sendMessage", sending(session, "the end", "end"))
        bodies = [row["body"] for row in acts.own_thread(cast.customer) if row["body"].startswith("line")]
        assert bodies == [f"line {number}" for number in range(20) if number % 2 == 0 or number % 3 == 0]
        assert {error["code"] for error in phone.events("error")} == {"thread_moved"}


def test_without_redis_messages_are_stored_at_once_and_heard_a_little_later(committed_cast):
    cast = committed_cast
    session = acts.active(cast.customer, cast.agent)
    with (
        Redis() as redis,
        Web(REDIS_URL=redis.url) as web,
        Client(web, token_of(cast.customer)) as phone,
        Client(web, token_of(cast.agent)) as desk,
    ):
        there(phone).done("sendMessage", sending(session, "before"))
        there(desk).done("joinChat", session["id"])
        redis.stop()
        started = time.monotonic()
        for number in range(5):
            phone.done("sendMessage", sending(session, f"away {number}", f"n{number}"))
        assert time.monotonic() - started < 20  # as long as Redis hangs, none would be answered
        desk.wait(lambda frame: frame["event"] == "chat:message" and frame["data"]["body"] == "away 4")
        heard = [frame["data"]["body"] for frame in desk.named("chat:message")]
        assert heard == [f"away {number}" for number in range(5)]


def test_what_was_on_its_way_when_its_process_was_told_to_go_is_stored_once(committed_cast, web):
    cast = committed_cast
    session = acts.active(cast.customer, cast.agent)
    token = token_of(cast.customer)
    with Web() as leaving, superuser(name_of_database()) as other:
        with other.transaction():
            other.execute("select pg_advisory_xact_lock(%s)", [COMMIT_LOCK])
            phone = Client(leaving, token)
            there(phone).send("sendMessage", sending(session, "hurry"), ref=1)
            wait_until(lambda: other.execute(WAITING_FOR_LOCK, [name_of_database()]).fetchall())
            leaving.process.send_signal(signal.SIGTERM)
            assert phone.closed() == 1012
        leaving.process.wait(20)
        assert leaving.tracebacks() == []
    assert ChatMessage.objects.filter(body="hurry").count() == 1
    with Client(web, token) as phone:
        assert there(phone).done("sendMessage", sending(session, "hurry"))["repeated"] is True
