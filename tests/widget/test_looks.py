"""The back office's page of the widget's looks: who may open it, what it keeps, and what embedding pages then show."""

from __future__ import annotations

import pytest

from audit.models import Entry
from tests.api import Api, data
from tests.client import Client
from widget.models import Looks

pytestmark = pytest.mark.django_db

PAGE = "/admin/widget"
CHOSEN = {
    "color": "#7A1FA2",
    "title_ar": "مساعدة المتجر",
    "title_en": "<b>Shop help</b>",
    "greeting_ar": "",
    "greeting_en": "Hi there",
    "proactive_seconds": "20",
    "proactive_pages": "/cart\r\n/products/",
    "proactive_text_ar": "",
    "proactive_text_en": "Stuck?",
}


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_what_an_administrator_chooses_is_what_embedding_pages_get(cast, settings):
    client = signed_in(cast.administrator)
    for _ in range(2):
        assert client.post(PAGE, CHOSEN).headers["Location"] == PAGE
    arabic, english = (data(Api(language=language).get("/widget/settings")) for language in ("ar", "en"))
    assert (english["color"], english["title"], english["greeting"]) == ("#7a1fa2", "<b>Shop help</b>", "Hi there")
    assert english["proactive"] == {"seconds": 20, "pages": ["/cart", "/products/"], "text": "Stuck?"}
    assert (arabic["title"], arabic["greeting"]) == ("مساعدة المتجر", settings.WIDGET["greeting"][0])
    page = client.get(PAGE).content.decode()
    assert "<b>Shop help" not in page
    assert 'value="#7a1fa2"' in page
    assert settings.WIDGET["greeting"][0] in page
    [entry] = Entry.objects.filter(action="SETTINGS_CHANGED", entity_type="widget")
    assert entry.actor_id == cast.administrator.pk


@pytest.mark.parametrize(
    ("name", "value"),
    [("color", "red"), ("proactive_seconds", "-1"), ("proactive_pages", "cart"), ("title_en", "x" * 61)],
)
def test_what_cannot_be_shown_is_refused_with_all_that_was_typed(cast, name, value):
    answer = signed_in(cast.administrator).post(PAGE, {**CHOSEN, name: value})
    assert answer.status_code == 400
    assert "errorlist" in answer.content.decode()
    assert "مساعدة المتجر" in answer.content.decode()
    assert not Looks.objects.exists()


def test_only_who_may_change_settings_opens_it_and_only_this_site_frames_the_preview(cast):
    for path in (PAGE, f"{PAGE}/preview/ar"):
        assert signed_in(cast.agent).get(path).status_code == 403
    boss = signed_in(cast.administrator)
    assert boss.get(f"{PAGE}/preview/fr").status_code == 404
    framed = boss.get(f"{PAGE}/preview/ar").headers
    assert framed["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in framed["Content-Security-Policy"]
    assert "frame-src 'self'" in boss.get(PAGE).headers["Content-Security-Policy"]
