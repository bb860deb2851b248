"""Define what operators have: the command, the figures, the system checks."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from notifications import checks
from notifications.models import Delivery, State
from tests.api import Api
from tests.notifications.acts import work
from tests.notifications.standins import service_account, smtp_server, web_server
from tests.tickets.acts import opened


def run(capsys, *given: str) -> str:
    call_command("notifications", *given)
    return capsys.readouterr().out


@pytest.fixture
def sent(cast):
    opened(cast.customer)
    work()
    return Delivery.objects.get(recipient=cast.customer, channel="email")


def test_the_state_names_each_channel_its_counts_and_what_it_lacks(sent, capsys):
    Delivery.objects.filter(pk=sent.pk).update(state=State.PARKED)
    said = run(capsys, "state")
    assert "1 parked" in said
    assert "off (UNIFONIC_APP_SID, UNIFONIC_SENDER_ID not set)" in said
    assert "items  0 not taken up" in said


def test_what_was_parked_is_retried_and_the_unknown_only_when_asked_for(sent, capsys):
    other = Delivery.objects.exclude(pk=sent.pk).first()
    Delivery.objects.filter(pk=sent.pk).update(state=State.PARKED)
    Delivery.objects.filter(pk=other.pk).update(state=State.UNKNOWN)
    assert "1 deliveries" in run(capsys, "retry", "--channel", "email")
    assert Delivery.objects.get(pk=sent.pk).state == "due"
    assert Delivery.objects.get(pk=other.pk).state == "unknown"
    run(capsys, "retry", "--unknown")
    assert Delivery.objects.get(pk=other.pk).repeated


def test_a_test_mail_goes_at_once_and_says_what_the_server_answered(db, settings, capsys):
    with smtp_server() as server:
        settings.EMAIL_BACKEND, settings.EMAIL_USE_TLS = "notifications.channels.smtp.EmailBackend", False
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        assert "took it" in run(capsys, "test-mail", "me@example.test")
        assert [mail["To"] for mail in server.mails] == ["me@example.test"]
        with pytest.raises(CommandError, match="550 no such mailbox"):
            run(capsys, "test-mail", "refused@example.test")


def test_a_test_sms_and_push_reach_their_providers(cast, settings, capsys, tmp_path):
    with web_server(lambda request: (200, {}, {"success": "true", "name": "x"})) as server:
        settings.SMS = {"app_sid": "sid", "sender_id": "Shop", "url": server.url, "parts": 1}
        file = service_account(tmp_path, server.url)
        settings.PUSH = {"service_account_file": file, "project_id": "", "url": server.url}
        run(capsys, "test-sms", "0501234567")
        assert server.requests[0]["Recipient"] == "966501234567"
        with pytest.raises(CommandError, match="no device"):
            run(capsys, "test-push", str(cast.agent.email))
        Api(cast.agent).post("/notifications/devices", {"token": "t-1", "platform": "web"})
        run(capsys, "test-push", str(cast.agent.email))
        assert server.requests[-1]["message"]["token"] == "t-1"


@pytest.mark.parametrize("given", [["test-sms"], ["test-sms", "0501234567"], ["test-push", "nobody@example.test"]])
def test_a_test_that_cannot_be_done_says_why(db, capsys, given):
    with pytest.raises(CommandError):
        run(capsys, *given)


def test_the_figures_tell_of_counts_ages_and_failures(sent, api, settings):
    settings.METRICS_TOKEN = "figures"
    Delivery.objects.filter(pk=sent.pk).update(state=State.DUE, due_at=timezone.now() - timezone.timedelta(minutes=5))
    figures = api().client.get("/metrics", headers={"Authorization": "Bearer figures"}).content.decode()
    assert 'support_notification_deliveries{channel="email",state="due"} 1.0' in figures
    age = figures.split('support_notification_oldest_due_seconds{channel="email"} ')[1].split("\n")[0]
    assert 299 < float(age) < 400
    assert 'support_notification_channel_on{channel="sms"} 0.0' in figures
    assert "support_notification_items_waiting 0.0" in figures


def test_checks_say_what_is_off_and_what_is_set_by_half(settings):
    assert {found.id for found in checks.channels_off()} == {"support.I031", "support.I032"}
    assert checks.half_set() == []
    settings.PUSH = {**settings.PUSH, "service_account_file": "/nowhere.json"}
    settings.SMS = {**settings.SMS, "app_sid": "sid", "sender_id": ""}
    assert {found.id for found in checks.half_set()} == {"support.W029", "support.W030"}
    assert checks.channels_off() == []
