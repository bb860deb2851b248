"""Signing in and out of the back office, and what ends a session."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from accounts.operations import set_active, set_password
from audit.models import Entry
from tests.api import Api
from tests.backoffice.door import Pages, errors, text
from tests.cast import PASSWORD, Cast

Acts = Callable[..., list[Entry]]
NEW = "another-long-secret"


def test_staff_enters_by_e_mail_and_password_and_it_is_recorded(cast: Cast, acts: Acts) -> None:
    door = Pages()
    response = door.sign_in(f"  {str(cast.agent.email).upper()} ", PASSWORD)
    assert (response.status_code, response.headers["Location"]) == (302, "/admin/")
    assert door.is_in()
    entry = acts("SIGNED_IN", actor_id=cast.agent.pk)[-1]
    assert entry.detail.metadata == {"door": "backoffice"}


def test_an_entered_person_is_sent_on_from_the_sign_in_page(cast: Cast, pages: Any) -> None:
    assert pages(cast.agent).get("/admin/login/").status_code == 302


@pytest.mark.parametrize("who", ["wrong password", "nobody", "customer", "guest", "disabled", "bot"])
def test_everybody_else_is_refused_in_the_same_words(english: Cast, who: str) -> None:
    set_active(english.colleague.pk, active=False, by=english.administrator)
    address, password = {
        "wrong password": (english.agent.email, "not-the-password"),
        "nobody": ("nobody@example.test", PASSWORD),
        "customer": (english.customer.email, PASSWORD),
        "guest": (english.guest.contact_email or "guest", PASSWORD),
        "disabled": (english.colleague.email, PASSWORD),
        "bot": ("Bot", PASSWORD),
    }[who]
    door = Pages()
    door.client.cookies["support_language"] = "en"
    response = door.sign_in(str(address), password)
    assert response.status_code == 200
    assert errors(response) == ["The e-mail or the password is wrong, or this account may not enter here."]
    assert not door.is_in()
    other = Pages()
    other.client.cookies["support_language"] = "en"
    baseline = other.sign_in("somebody-else@example.test", "whatever-it-is")
    assert text(response).replace(str(address), "") == text(baseline).replace("somebody-else@example.test", "")


def test_a_customer_at_the_door_is_recorded(cast: Cast, acts: Acts) -> None:
    Pages().sign_in(str(cast.customer.email), PASSWORD)
    assert [entry.actor_id for entry in acts("ACCESS_REFUSED")] == [cast.customer.pk]
    assert not acts("SIGNED_IN", actor_id=cast.customer.pk)


def test_a_wrong_password_is_recorded(cast: Cast, acts: Acts) -> None:
    Pages().sign_in(str(cast.agent.email), "not-the-password")
    assert [entry.entity_id for entry in acts("SIGN_IN_FAILED")] == [str(cast.agent.pk)]


def test_too_many_attempts_say_when_to_try_again(english: Cast, settings: Any) -> None:
    settings.RATES = {**settings.RATES, "sign_in": (2, 60)}
    door = Pages()
    door.client.cookies["support_language"] = "en"
    for _attempt in range(2):
        door.sign_in(str(english.agent.email), "not-the-password")
    refused = door.sign_in(str(english.agent.email), PASSWORD)
    assert errors(refused)[0].startswith("Too many attempts. Try again in ")
    assert not door.is_in()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_the_way_in_leads_nowhere_else(cast: Cast, target: str) -> None:
    response = Pages().sign_in(str(cast.agent.email), PASSWORD, next=target)
    assert response.headers["Location"] == "/admin/"


def test_the_way_in_leads_where_one_wanted_to_go(cast: Cast) -> None:
    door = Pages()
    assert door.get("/admin/accounts/team/").headers["Location"] == "/admin/login/?next=/admin/accounts/team/"
    response = door.sign_in(str(cast.administrator.email), PASSWORD, next="/admin/accounts/team/")
    assert response.headers["Location"] == "/admin/accounts/team/"


def test_a_form_without_its_token_does_nothing(cast: Cast) -> None:
    door = Pages()
    response = door.client.post("/admin/login/", {"username": cast.agent.email, "password": PASSWORD})
    assert response.status_code == 400
    assert response.headers["Content-Type"].startswith("text/html")
    assert not door.is_in()


def test_signing_out_ends_the_session_and_is_recorded(cast: Cast, pages: Any, acts: Acts) -> None:
    door = pages(cast.agent)
    cookie = door.client.cookies["support_session"].value
    assert door.send("/admin/logout/", page="/admin/").headers["Location"] == "/admin/login/"
    door.client.cookies["support_session"] = cookie
    assert not door.is_in()
    assert acts("SIGNED_OUT")[-1].detail.metadata == {"door": "backoffice"}


def test_a_link_cannot_sign_anybody_out(cast: Cast, pages: Any) -> None:
    door = pages(cast.agent)
    door.get("/admin/logout/")
    assert door.is_in()


def test_a_session_ends_at_once_when_the_person_is_disabled(cast: Cast, pages: Any) -> None:
    door = pages(cast.agent)
    set_active(cast.agent.pk, active=False, by=cast.administrator)
    assert not door.is_in()


def test_a_session_ends_at_once_when_the_password_changes(cast: Cast, pages: Any) -> None:
    door = pages(cast.agent)
    set_password(cast.agent.pk, password=NEW, by=cast.administrator)
    assert not door.is_in()


def test_changing_ones_password_keeps_this_session_alone(cast: Cast, pages: Any, acts: Acts) -> None:
    here, elsewhere, api = pages(cast.agent), pages(cast.agent), Api(cast.agent)
    form = {"old_password": PASSWORD, "new_password": NEW, "again": NEW}
    assert here.send("/admin/password_change/", form).status_code == 302
    assert here.is_in()
    assert not elsewhere.is_in()
    assert api.get("/auth/me").status_code == 401
    assert not cast.agent.token_families.filter(ended_at=None).exists()
    assert acts("PASSWORD_CHANGED", entity_id=str(cast.agent.pk))
    assert Pages(cast.agent, NEW).is_in()


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"old_password": "not-the-password", "new_password": NEW, "again": NEW}, "not your present password"),
        ({"old_password": PASSWORD, "new_password": "short", "again": "short"}, "too short"),
        ({"old_password": PASSWORD, "new_password": NEW, "again": "something-else"}, "not the same"),
    ],
)
def test_a_password_that_cannot_be_taken_says_why(english: Cast, pages: Any, form: dict[str, str], said: str) -> None:
    door = pages(english.agent)
    response = door.send("/admin/password_change/", form)
    assert response.status_code == 200
    assert said in " ".join(errors(response))
    assert Pages(english.agent).is_in()


def test_guessing_the_old_password_is_limited(english: Cast, pages: Any, settings: Any) -> None:
    door = pages(english.agent)
    settings.RATES = {**settings.RATES, "sign_in": (3, 60)}
    form = {"old_password": "not-the-password", "new_password": NEW, "again": NEW}
    for _attempt in range(4):
        response = door.send("/admin/password_change/", form)
    assert "Too many" in " ".join(errors(response))


def test_a_forgotten_password_is_replaced_by_a_mailed_link(english: Cast, mailoutbox: list[Any]) -> None:
    from accounts.operations import send_password_resets
    from tests.notifications.acts import work

    door = Pages()
    door.client.cookies["support_language"] = "en"
    answers = [
        door.client.get(door.send("/admin/password/forgot", {"email": email}).headers["Location"]).content
        for email in (str(english.agent.email), "nobody@example.test")
    ]
    assert b"a link is on its way" in answers[0]
    assert text_of(answers[0]) == text_of(answers[1])
    send_password_resets()
    work()
    (mail,) = mailoutbox
    link = next(word for word in mail.body.split() if "/admin/password/reset/" in word)
    path = link[link.index("/admin/") :]
    weak = door.send(path, {"new_password": "short", "again": "short"})
    assert "too short" in " ".join(errors(weak))
    assert "was changed" in door.send(path, {"new_password": NEW, "again": NEW}).content.decode()
    assert "no longer valid" in " ".join(errors(door.send(path, {"new_password": NEW, "again": NEW})))
    assert Pages(english.agent, NEW).is_in()


def text_of(content: bytes) -> str:
    import re

    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", content.decode())


def test_a_mailed_link_is_in_no_log(db: None, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    Pages().get("/admin/password/reset/a-secret-token")
    assert "/admin/password/reset/…" in caplog.text
    assert "a-secret-token" not in caplog.text


@pytest.mark.parametrize("token", ["x", "a:b:c", "٣", "x" * 3000])
def test_a_made_up_link_is_refused(english: Cast, token: str) -> None:
    door = Pages()
    response = door.send(f"/admin/password/reset/{token}", {"new_password": NEW, "again": NEW})
    assert response.status_code == 200
    assert errors(response)


def test_the_language_is_kept_with_the_person(cast: Cast, pages: Any) -> None:
    door = pages(cast.agent)
    assert 'lang="ar" dir="rtl"' in door.get("/admin/").content.decode()
    response = door.send("/admin/language", {"language": "en", "next": "/admin/?x=1"}, page="/admin/")
    assert response.headers["Location"] == "/admin/?x=1"
    assert User.objects.get(pk=cast.agent.pk).language == "en"
    assert '<html lang="en" dir="ltr">' in Pages(cast.agent).get("/admin/").content.decode()


def test_the_language_outside_is_kept_in_a_cookie(db: None) -> None:
    door = Pages()
    door.send("/admin/language", {"language": "en", "next": "/admin/login/"}, page="/admin/login/")
    page = door.get("/admin/login/", accept_language="ar")
    assert '<html lang="en" dir="ltr">' in page.content.decode()


@pytest.mark.parametrize("form", [{"language": "xx"}, {}, {"language": "en", "next": "https://evil.example/"}])
def test_a_wrong_choice_of_language_goes_home(db: None, form: dict[str, str]) -> None:
    response = Pages().send("/admin/language", form, page="/admin/login/")
    assert response.headers["Location"] == "/admin/"
