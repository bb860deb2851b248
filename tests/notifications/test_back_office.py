"""The pages of whoever looks after notifications: deliveries, channels, defaults, templates, kept mails."""

from __future__ import annotations

from datetime import UTC
from email import message_from_bytes
from email.utils import parsedate_to_datetime

import pytest
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from audit.models import Entry
from notifications.channels.folder import EmailBackend
from notifications.digest import SLUG as DIGEST
from notifications.kinds import kinds
from notifications.models import ChannelPause, Delivery, State
from tests.api import Api, data
from tests.backoffice.door import Pages
from tests.notifications.acts import work
from tests.tickets.acts import opened

ROOT = "/admin/notifications"
LIST = f"{ROOT}/delivery/"
PAGES = [LIST, *(f"{ROOT}/{page}" for page in ("channels", "defaults", "templates", "mailbox"))]
BODIES = [f"{ROOT}/templates/ticket-created/ar", f"{ROOT}/templates/ticket-created/ar/body"]


@pytest.fixture
def delivery(cast):
    opened(cast.customer)
    work()
    return Delivery.objects.get(recipient=cast.customer, channel="email")


@pytest.fixture
def door(cast):
    return Pages(cast.administrator)


def standing(delivery, state, reason=""):
    Delivery.objects.filter(pk=delivery.pk).update(state=state, reason=reason)
    return f"{LIST}{delivery.pk}/change/"


@pytest.mark.parametrize("path", [*PAGES, *BODIES, f"{LIST}1/change/"])
def test_agents_and_leads_open_none_of_the_pages(cast, path):
    assert Pages(cast.lead).get(path).status_code == 403
    assert Pages().get(path).status_code == 302


def test_deliveries_are_found_by_state_channel_kind_and_recipient(cast, delivery, door):
    standing(delivery, State.PARKED, "550 no <such> mailbox")
    html = door.get(f"{LIST}?state=parked&channel=email&kind=ticket-created&q=سارة").content.decode()
    assert html.count('class="field-made"') == 1
    assert "550 no &lt;such&gt; mailbox" in html
    assert 'class="field-made"' not in door.get(f"{LIST}?state=unknown").content.decode()
    assert door.get(f"{LIST}?recipient__password=x").status_code == 400


@pytest.mark.parametrize(
    ("state", "slug", "after", "action"),
    [
        (State.PARKED, "retry", "due", "DELIVERY_RETRIED"),
        (State.FAILED, "retry", "due", "DELIVERY_RETRIED"),
        (State.UNKNOWN, "again", "due", "DELIVERY_SENT_AGAIN"),
        (State.PARKED, "cancel", "cancelled", "DELIVERY_CANCELLED"),
    ],
)
def test_a_decision_about_one_is_carried_out_and_recorded(cast, delivery, door, state, slug, after, action):
    page = standing(delivery, state)
    assert f"/do/{slug}/" in door.get(page).content.decode()
    door.send(f"{LIST}{delivery.pk}/do/{slug}/", page=page)
    assert Delivery.objects.get(pk=delivery.pk).state == after
    assert Entry.objects.filter(action=action, actor_id=cast.administrator.pk).count() == 1


def test_a_decision_that_comes_too_late_is_refused_in_words(delivery, door):
    page = standing(delivery, State.SENT)
    assert "/do/" not in door.get(page).content.decode()
    door.send(f"{LIST}{delivery.pk}/do/again/", page=page)
    assert Delivery.objects.get(pk=delivery.pk).state == "sent"
    assert "messagelist" in door.get(page).content.decode()


def test_several_are_retried_at_once(delivery, door):
    Delivery.objects.update(state=State.PARKED)
    chosen = list(Delivery.objects.values_list("pk", flat=True))
    door.send(LIST, {"action": "retry", "_selected_action": chosen}, page=LIST)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"due"}


def test_a_channel_says_what_it_lacks_and_why_it_rests(delivery, door):
    until = timezone.now() + timezone.timedelta(minutes=5)
    ChannelPause.objects.create(channel="email", failures=3, paused_until=until, reason="421 going away")
    html = door.get(f"{ROOT}/channels").content.decode()
    for word in ("EMAIL_HOST", "FCM_SERVICE_ACCOUNT_FILE", "UNIFONIC_APP_SID", "421 going away"):
        assert word in html


def test_the_defaults_are_shown_and_saved_box_by_box(cast, door):
    page = f"{ROOT}/defaults"
    html = door.get(page).content.decode()
    assert 'name="customer.ticket-replied.email" aria-label' in html
    assert "staff.ticket-reminder" not in html
    boxes = {f"customer.{slug}.in_app": "on" for slug in kinds()}
    assert door.send(page, boxes).status_code == 302
    chosen = data(Api(cast.customer).get("/notifications/preferences"))["ticket-replied"]
    assert chosen == {"inApp": True, "email": False, "push": False, "sms": False}


@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_template_is_previewed_in_a_sealed_frame(cast, door, language):
    listing = door.get(f"{ROOT}/templates").content.decode()
    for slug in (*kinds(), DIGEST):
        page = f"{ROOT}/templates/{slug}/{language}"
        assert page in listing
        body = door.get(f"{page}/body")
        assert f'<html lang="{language}"' in body.content.decode()
        assert body.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        assert body.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "<iframe" in door.get(page).content.decode()
    assert door.get(f"{ROOT}/templates/ticket-created/fr").status_code == 404


def test_mails_of_the_folder_are_read_in_a_sealed_frame(cast, door, settings, tmp_path):
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    assert "<table" not in door.get(f"{ROOT}/mailbox").content.decode()
    mail = EmailMultiAlternatives("موضوع", "plain text", "a@example.test", ["sara@example.test"])
    mail.attach_alternative("<p>Hello</p><script>alert(1)</script>", "text/html")
    EmailBackend().send_messages([mail])
    [file] = (tmp_path / "mail").iterdir()
    listed = door.get(f"{ROOT}/mailbox").content.decode()
    assert "موضوع" in listed
    sent = parsedate_to_datetime(message_from_bytes(file.read_bytes())["Date"])
    assert timezone.localtime(sent.replace(tzinfo=UTC)).strftime("%-I:%M") in listed  # by the site's clock
    page = f"{ROOT}/mailbox/{file.name}"
    assert "plain text" in door.get(page).content.decode()
    assert "<script>alert" not in door.get(page).content.decode()
    body = door.get(f"{page}/body")
    assert "sandbox" in body.headers["Content-Security-Policy"]
    assert "Hello" in body.content.decode()
    (tmp_path / "secret.eml").write_text("Subject: secret")
    assert door.get(f"{ROOT}/mailbox/..%2Fsecret.eml").status_code == 404
