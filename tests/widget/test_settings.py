"""Define what the widget asks for before anybody signs in, and the demo shop that shows it."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from accounts.models import ServerKey, User
from accounts.operations import create_customer
from tests.api import Api, data
from tests.client import Client

pytestmark = pytest.mark.django_db


def test_settings_come_in_the_callers_language_and_can_be_changed(settings):
    settings.WIDGET = {**settings.WIDGET, "greeting": ("أهلًا", "Hi there"), "proactive_seconds": 30}
    arabic, english = (data(Api(language=language).get("/widget/settings")) for language in ("ar", "en"))
    assert (arabic["greeting"], english["greeting"]) == ("أهلًا", "Hi there")
    assert english["proactive"]["seconds"] == 30
    assert english["isOpen"] is False
    assert (english["maxFileBytes"], english["maxFiles"]) == (settings.MAX_UPLOAD_BYTES, settings.MAX_UPLOAD_FILES)


def test_the_words_of_the_scripts_come_in_arabic():
    catalogue = Client().get("/widget/texts", headers={"Accept-Language": "ar"}).json()["catalog"]
    assert catalogue["Talk to a person"] == "التحدث مع موظف"


def test_another_page_may_ask_when_it_is_listed(settings):
    settings.CORS_ALLOWED_ORIGINS = ["https://shop.example"]
    for origin, allowed in (("https://shop.example", "https://shop.example"), ("https://evil.example", None)):
        answer = Client().get("/widget/settings", headers={"Origin": origin})
        assert answer.headers.get("Access-Control-Allow-Origin") == allowed


def test_the_demo_shop_carries_the_widget_for_a_guest_or_a_customer(settings):
    settings.DEMO = True
    create_customer("customer1@demo.test", name="<b>سارة</b>", by=None)
    page = Client().get("/?language=ar").content.decode()
    assert 'dir="rtl"' in page
    assert "data-token-url" not in page
    assert "<b>سارة</b>" not in page
    page = Client().get("/?language=en&customer=customer1").content.decode()
    address = re.search(r'data-token-url="([^"]+)"', page)
    assert address
    token = Client().post(address[1]).json()["token"]
    assert data(Api(token=token).get("/auth/me"))["email"] == "customer1@demo.test"
    assert ServerKey.objects.count() == 1


def test_without_the_demo_there_is_no_shop_and_no_token(settings):
    settings.DEMO = False
    create_customer("customer1@demo.test", name="Sara", by=None)
    assert Client().get("/").headers["Location"] == "/help"
    assert Client().post("/demo-shop/token/customer1").status_code == 404
    assert not ServerKey.objects.exists()
    assert User.objects.filter(email="customer1@demo.test").exists()


def test_the_scripts_of_the_widget_stay_small(settings):
    scripts = [*(settings.BASE_DIR / "widget/static/widget").glob("*.js"), Path("realtime/static/realtime/realtime.js")]
    weight = sum(len(gzip.compress((settings.BASE_DIR / each).read_bytes())) for each in scripts)
    assert len(scripts) > 10
    assert weight <= 40 * 1024
