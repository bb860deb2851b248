"""Each channel against a real local server that stands in for its provider, well-behaved and otherwise."""

from __future__ import annotations

import socket

import pytest

from accounts.models import User
from notifications.channels.sms import e164, fitted, parts
from notifications.models import ChannelPause, Delivery, Device, Item
from tests.api import Api, data
from tests.notifications.acts import work
from tests.notifications.standins import service_account, smtp_server, web_server
from tests.tickets.acts import opened, replied


@pytest.fixture
def smtp(settings):
    with smtp_server() as server:
        settings.EMAIL_BACKEND = "notifications.channels.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_TIMEOUT = 2
        yield server


@pytest.fixture
def fcm(settings, tmp_path):
    with web_server(lambda request: (200, {}, {"name": "projects/standin/messages/1"})) as server:
        file = service_account(tmp_path, server.url)
        settings.PUSH = {"service_account_file": file, "project_id": "", "url": server.url}
        yield server


@pytest.fixture
def unifonic(settings):
    with web_server(lambda request: (200, {}, {"success": "true"})) as server:
        settings.SMS = {"app_sid": "sid", "sender_id": "Shop", "url": server.url, "parts": 1}
        yield server


def standing(user: User, channel: str) -> Delivery:
    return Delivery.objects.get(recipient=user, channel=channel)


def has_device(user: User, token: str = "token-1") -> None:
    data(Api(user).post("/notifications/devices", {"token": token, "platform": "ios"}), 201)


def wants_sms(user: User) -> None:
    User.objects.filter(pk=user.pk).update(phone="+966501234567")
    data(Api(user).put("/notifications/preferences", {"ticket-created": {"sms": True}}))


def test_an_email_is_bilingual_in_its_headers_and_threads_with_its_conversation(cast, smtp):
    ticket = opened(cast.customer, subject="Broken\nBcc: evil@example.test")
    work()
    replied(cast.agent, ticket, "Hello")
    work()
    first, second = [mail for mail in smtp.mails if mail["To"] == cast.customer.email]
    assert str(standing_uids(cast.customer)[0]) in first["Message-ID"]
    assert first["References"] == second["References"]
    assert first["Message-ID"] != second["Message-ID"]
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert first["Bcc"] is None
    assert {part.get_content_type() for part in first.walk()} >= {"text/plain", "text/html"}
    assert 'dir="rtl"' in first.get_payload()[1].get_payload(decode=True).decode()


def standing_uids(user):
    return list(Delivery.objects.filter(recipient=user).order_by("pk").values_list("uid", flat=True))


def test_a_mailbox_that_does_not_exist_fails_for_good_and_holds_up_nobody(cast, smtp):
    User.objects.filter(pk=cast.customer.pk).update(email="refused@example.test")
    opened(cast.customer)
    work()
    gone = standing(cast.customer, "email")
    assert (gone.state, gone.reason) == ("failed", "550 no such mailbox")
    assert standing(cast.agent, "email").state == "sent"


def test_an_invalid_address_is_never_given_to_the_server(cast, smtp):
    User.objects.filter(pk=cast.customer.pk).update(email="not an address")
    opened(cast.customer)
    work()
    assert standing(cast.customer, "email").state == "failed"


def test_a_mail_server_that_is_busy_is_asked_again_later(cast, smtp):
    smtp.answer = lambda message: "451 try later"
    opened(cast.customer)
    work()
    waiting = standing(cast.customer, "email")
    assert (waiting.state, waiting.tries) == ("due", 1)
    smtp.answer = lambda message: "250 OK"
    ChannelPause.objects.all().delete()
    work()
    assert standing(cast.customer, "email").state == "sent"
    assert [mail["To"] for mail in smtp.mails].count(cast.customer.email) == 1


def test_a_mail_whose_answer_is_lost_is_sent_once_more_under_its_own_id_and_then_left_to_a_person(cast, smtp):
    smtp.answer = lambda message: "lost" if message["To"] == cast.customer.email else "250 OK"
    opened(cast.customer)
    for _ in range(4):
        work()
        ChannelPause.objects.all().delete()
    lost = standing(cast.customer, "email")
    assert (lost.state, lost.repeated, lost.tries) == ("unknown", True, 2)
    mine = [mail for mail in smtp.mails if mail["To"] == cast.customer.email]
    assert len(mine) == 2
    assert len({mail["Message-ID"] for mail in mine}) == 1
    assert standing(cast.agent, "email").state == "sent"


def test_a_mail_server_that_is_away_has_nothing_lost_and_the_channel_rests(cast, settings):
    settings.EMAIL_BACKEND = "notifications.channels.smtp.EmailBackend"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings.EMAIL_HOST, settings.EMAIL_PORT = taken.getsockname()
    settings.EMAIL_USE_TLS = False
    opened(cast.customer)
    work()
    assert ChannelPause.objects.get(pk="email").paused_until is not None
    waiting = standing(cast.customer, "email")
    assert (waiting.state, waiting.tries, waiting.lease) == ("due", 0, None)


def test_a_mail_server_that_hangs_costs_one_time_out_and_slows_no_other_channel(cast, settings, fcm):
    has_device(cast.customer)
    settings.EMAIL_BACKEND = "notifications.channels.smtp.EmailBackend"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
        settings.EMAIL_USE_TLS, settings.EMAIL_TIMEOUT = False, 0.3
        opened(cast.customer)
        work()
    assert standing(cast.customer, "email").state == "due"
    assert standing(cast.customer, "push").state == "sent"


def test_a_push_carries_kind_and_ids_as_text_and_no_message_on_a_locked_screen(cast, fcm):
    has_device(cast.customer)
    ticket = opened(cast.customer, subject="Secret subject")
    work()
    [request] = fcm.requests
    message = request["message"]
    assert message["data"] == {"kind": "ticket-created", "ticketId": ticket["id"]}
    assert message["token"] == "token-1"
    assert message["android"]["collapse_key"] == str(standing(cast.customer, "push").uid)
    assert "Secret" not in message["notification"]["body"]


def test_a_device_that_the_provider_knows_no_more_is_forgotten(cast, fcm):
    has_device(cast.customer, "gone")
    has_device(cast.customer, "here")
    gone = {"error": {"status": "NOT_FOUND", "details": [{"errorCode": "UNREGISTERED"}]}}
    fcm.answer = lambda request: (404, {}, gone) if request["message"]["token"] == "gone" else (200, {}, {"name": "x"})
    opened(cast.customer)
    work()
    assert standing(cast.customer, "push").state == "sent"
    assert list(Device.objects.values_list("token", flat=True)) == ["here"]


@pytest.mark.parametrize("answer", [(500, {}, "oops"), (200, {}, "<html>"), (429, {"Retry-After": "7200"}, {})])
def test_a_push_provider_in_trouble_is_asked_again_later(cast, fcm, answer):
    has_device(cast.customer)
    fcm.answer = lambda request: answer
    opened(cast.customer)
    work()
    waiting = standing(cast.customer, "push")
    assert waiting.state == "due"
    if answer[0] == 429:
        assert (waiting.due_at - waiting.created_at).total_seconds() > 7000
        assert ChannelPause.objects.get(pk="push").paused_until > waiting.created_at
    fcm.answer = lambda request: (200, {}, {"name": "x"})
    ChannelPause.objects.all().delete()
    work()
    assert standing(cast.customer, "push").state == "sent"


def test_a_token_belongs_to_whoever_signed_in_last(cast, fcm):
    has_device(cast.customer)
    has_device(cast.stranger)
    opened(cast.customer)
    opened(cast.stranger)
    work()
    assert {device.user_id for device in Device.objects.all()} == {cast.stranger.pk}
    assert len(fcm.requests) == 1


def test_a_device_goes_with_the_session_that_brought_it(cast, fcm):
    client = Api(cast.customer)
    data(client.post("/notifications/devices", {"token": "token-1", "platform": "android"}), 201)
    data(client.post("/auth/logout-all"))
    opened(cast.customer)
    work()
    assert not Device.objects.exists()
    assert fcm.requests == []


def test_an_sms_goes_in_digits_and_in_so_many_parts_as_allowed(cast, unifonic):
    wants_sms(cast.customer)
    opened(cast.customer)
    work()
    [form] = unifonic.requests
    assert form["Recipient"] == "966501234567"
    assert form["CorrelationID"] == str(standing(cast.customer, "sms").uid)
    assert parts(form["Body"]) == 1


@pytest.mark.parametrize("answer", [(200, {}, "nonsense"), (302, {}, "")])
def test_an_sms_whose_answer_is_unclear_is_never_sent_twice(cast, unifonic, answer):
    wants_sms(cast.customer)
    unifonic.answer = lambda form: answer
    opened(cast.customer)
    for _ in range(3):
        work()
        ChannelPause.objects.all().delete()
    assert len(unifonic.requests) == 1
    assert standing(cast.customer, "sms").state == "unknown"


def test_an_sms_that_is_refused_fails_and_one_that_comes_too_soon_waits(cast, unifonic):
    wants_sms(cast.customer)
    unifonic.answer = lambda form: (200, {}, {"success": "false", "errorCode": "ER-16", "message": "bad number"})
    opened(cast.customer)
    work()
    assert standing(cast.customer, "sms").state == "failed"


def test_an_sms_provider_that_is_busy_is_asked_again_when_it_said(cast, unifonic):
    wants_sms(cast.customer)
    unifonic.answer = lambda form: (429, {"Retry-After": "7200"}, {})
    opened(cast.customer)
    work()
    waiting = standing(cast.customer, "sms")
    assert waiting.state == "due"
    assert (waiting.due_at - waiting.created_at).total_seconds() > 7000
    unifonic.answer = lambda form: (200, {}, {"success": "true"})
    ChannelPause.objects.all().delete()
    work()
    assert standing(cast.customer, "sms").state == "sent"
    assert len(unifonic.requests) == 2


def test_a_body_of_5_megabytes_is_refused_and_nobody_is_told_of_it(cast):
    answer = Api(cast.customer).post("/tickets", {"subject": "Long", "description": "ص" * 2_600_000})
    assert answer.status_code in {400, 413}
    assert not Item.objects.exists()


def test_numbers_are_read_in_both_digits_and_texts_fit_whole_parts():
    assert e164("٠٥٠١٢٣٤٥٦٧") == e164("0501234567") == "+966501234567"
    assert e164("12") == e164("") == ""
    assert parts("ا" * 70) == 1
    assert parts("ا" * 71) == 2
    assert parts(fitted("ا" * 500, 2)) == 2
    assert fitted("ا" * 500, 1).endswith("…")
