"""The form of quiet hours as its pages post it: the back office's and the customer's, in both languages."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse

from accounts.models import User
from notifications.models import Preference, Settings
from tests.cast import PASSWORD
from tests.client import Client

pytestmark = pytest.mark.django_db

GOOD = {"quiet_start": "22:00", "quiet_end": "07:30", "time_zone": "Europe/London", "text_on_lock_screen": "on"}
WRONG = {
    "one of the two times": ({"quiet_end": ""}, "حدّد الوقتين معًا أو اتركهما فارغين.", "Give both times, or none."),
    "no time": ({"quiet_start": "25:00"}, "أدخل وقتًا صحيحًا.", "Enter a valid time."),
    "twice the same": (
        {"quiet_end": "22:00"},
        "يجب أن يختلف وقت نهاية ساعات الهدوء عن وقت بدايتها.",
        "Quiet hours end at another time than they begin.",
    ),
    "no such zone": ({"time_zone": "Asia/Nowhere"}, "هذه المنطقة الزمنية غير معروفة.", "This time zone is not known."),
    "a hostile zone": (
        {"time_zone": "../../etc/passwd"},
        "هذه المنطقة الزمنية غير معروفة.",
        "This time zone is not known.",
    ),
}
TICKED = "ticket-replied:email"


@pytest.fixture(params=["back office", "help page"])
def place(request, cast):
    """Return who posts, by which client, and where to."""
    client = Client()
    if request.param == "back office":
        client.force_login(cast.agent)
        return cast.agent, client, reverse("admin:notification_preferences")
    client.post(reverse("help-sign-in"), {"email": cast.customer.email, "password": PASSWORD})
    return cast.customer, client, reverse("help-profile")


def posted(place, language, **changes):
    """Post the form in a language, one box ticked; return the answer."""
    user, client, path = place
    User.objects.filter(pk=user.pk).update(language=language)
    return client.post(path, {"name": user.name, "language": language, "notify": [TICKED], **GOOD, **changes})


@pytest.mark.parametrize("language", ["ar", "en"])
def test_quiet_hours_are_kept_as_the_page_posts_them_and_shown_again(place, language):
    assert posted(place, language).status_code == 302
    user, client, path = place
    row = Settings.objects.get(user=user)
    assert (row.quiet_start, row.quiet_end) == (datetime.time(22), datetime.time(7, 30))
    assert (row.time_zone, row.text_on_lock_screen) == ("Europe/London", True)
    enabled = Preference.objects.filter(user=user, enabled=True).values_list("kind", "channel")
    assert [":".join(each) for each in enabled] == [TICKED]
    html = client.get(path).content.decode()
    assert f'lang="{language}"' in html
    assert 'value="22:00"' in html
    assert 'value="07:30"' in html


def test_both_times_empty_end_quiet_hours(place):
    posted(place, "en")
    assert posted(place, "en", quiet_start="", quiet_end="").status_code == 302
    row = Settings.objects.get(user=place[0])
    assert (row.quiet_start, row.quiet_end) == (None, None)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_wrong_hours_are_refused_in_the_readers_words_and_nothing_is_kept_or_lost(place, language):
    for changes, arabic, english in WRONG.values():
        answer = posted(place, language, **changes)
        html = answer.content.decode()
        assert answer.status_code == 400, changes
        assert (arabic if language == "ar" else english) in html, changes
        box = html[html.index(f'value="{TICKED}"') - 200 :][:400]
        assert "checked" in box, "what was ticked is lost"
    assert not Settings.objects.filter(user=place[0]).exists()
    assert not Preference.objects.filter(user=place[0]).exists()
