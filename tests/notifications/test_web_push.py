"""Web Push against a real push service that stands in: whom it reaches, what it says, and where it never goes."""

from __future__ import annotations

import json

import jwt
import pytest

from notifications.devices import digest_of
from notifications.models import Delivery, Device
from notifications.subscriptions import new_private_key, public_key
from tests.api import Api, data
from tests.cast import PASSWORD
from tests.client import Client
from tests.notifications.acts import work
from tests.notifications.browser_stand_in import Browser
from tests.notifications.standins import web_server
from tests.tickets.acts import opened


@pytest.fixture
def service(settings):
    with web_server(lambda content: (201, {}, "")) as server:
        services = [server.url, "https://*.push.example.com"]
        settings.WEB_PUSH = {"private_key": new_private_key(), "subject": "https://shop.example", "services": services}
        yield server


def subscribes(user, browser) -> None:
    data(Api(user).post("/notifications/devices", {"token": browser.token, "platform": "webpush"}), 201)


def push_to(user) -> Delivery:
    return Delivery.objects.get(recipient=user, channel="push")


def test_a_message_is_signed_and_only_its_browser_can_read_it(cast, service):
    browser = Browser(service.url)
    subscribes(cast.customer, browser)
    ticket = opened(cast.customer, subject="Secret subject")
    work()
    [(path, headers, content)] = service.requests
    told = browser.read(content)
    assert path == "/one"
    assert told["url"].endswith(f"/help/tickets/{ticket['ticketNumber']}")
    assert (told["tag"], told["lang"]) == (str(push_to(cast.customer).uid), "ar")
    assert "Secret" not in told["body"]
    scheme, _space, values = headers["Authorization"].partition(" ")
    signed, key = (part.split("=", 1)[1] for part in values.split(","))
    assert (scheme, key) == ("vapid", public_key())
    assert jwt.decode(signed, options={"verify_signature": False})["aud"] == service.url
    assert headers["Topic"] == told["tag"].replace("-", "")
    assert push_to(cast.customer).state == "sent"


def test_a_browser_that_is_gone_is_forgotten_and_one_in_trouble_is_asked_again_alone(cast, service):
    gone, busy, here = (Browser(service.url, name) for name in ("gone", "busy", "here"))
    for browser in (gone, busy, here):
        subscribes(cast.customer, browser)
    answers = {"/gone": (410, {}, ""), "/busy": (503, {}, ""), "/here": (201, {}, "")}
    service.answer = lambda content: answers[service.requests[-1][0]]
    opened(cast.customer)
    work()
    assert set(Device.objects.values_list("digest", flat=True)) == {digest_of(busy.token), digest_of(here.token)}
    assert push_to(cast.customer).state == "due"
    service.answer = lambda content: (201, {}, "")
    work()
    assert [path for path, _headers, _content in service.requests] == ["/gone", "/busy", "/here", "/busy"]
    assert push_to(cast.customer).state == "sent"


@pytest.mark.parametrize(
    "change",
    [
        {"endpoint": "http://169.254.169.254/latest"},
        {"endpoint": "https://push.example.com.evil.example/x"},
        {"endpoint": "https://a@web.push.apple.com:1/x"},
        {"keys": {"p256dh": "AAAA", "auth": "AAAA"}},
        {"keys": 5},
    ],
    ids=["inside", "lookalike", "credentials", "short keys", "no keys"],
)
def test_nothing_is_ever_sent_to_an_address_that_is_no_push_service(cast, service, change):
    token = json.dumps({**Browser(service.url).subscription, **change})
    answer = Api(cast.customer).post("/notifications/devices", {"token": token, "platform": "webpush"})
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["token"])
    assert not Device.objects.exists()


def test_customer_and_agent_turn_it_on_on_their_pages_and_it_ends_with_the_sign_in(cast, service):
    for user, entrance, page, address, way_out in (
        (cast.customer, "/help/sign-in", "/help/settings", "/help/push", "/help/sign-out"),
        (
            cast.agent,
            "/admin/login/",
            "/admin/notifications/preferences",
            "/admin/notifications/push",
            "/admin/logout/",
        ),
    ):
        client, browser = Client(), Browser(service.url, user.name)
        client.post(entrance, {"email": user.email, "username": user.email, "password": PASSWORD})
        assert f'data-key="{public_key()}"' in client.get(page).content.decode()
        assert client.post(address, {"token": "x", "on": "1"}).status_code == 400
        assert client.post(address, {"token": browser.token, "on": "1"}).status_code == 204
        assert Device.objects.get().user_id == user.pk
        assert digest_of(browser.token) in client.get(page).content.decode()
        assert client.post(address, {"token": browser.token}).status_code == 204
        assert not Device.objects.exists()
        client.post(address, {"token": browser.token, "on": "1"})
        client.post(way_out)
        assert not Device.objects.exists()


def test_without_a_key_no_page_offers_it(cast, settings):
    client = Client()
    client.post("/help/sign-in", {"email": cast.customer.email, "password": PASSWORD})
    for key in ("", "no key"):
        settings.WEB_PUSH = {**settings.WEB_PUSH, "private_key": key}
        assert "push-switch" not in client.get("/help/settings").content.decode()


def test_the_worker_may_serve_every_page():
    answer = Client().get("/push-worker.js")
    assert (answer.headers["Service-Worker-Allowed"], answer.headers["Content-Type"].split(";")[0]) == (
        "/",
        "text/javascript",
    )
    assert b"notificationclick" in answer.content
