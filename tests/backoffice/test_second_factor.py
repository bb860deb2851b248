"""The second factor in the back office: the second step at the door, one's own page, and the administrator's reset."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import User
from accounts.operations import set_active, set_password
from accounts.operations.second_factor import has_second_factor
from audit.models import Entry
from tests.accounts.codes import app_code, recovery_code, rest, switch_on, wrong_code
from tests.backoffice.door import Pages, errors
from tests.cast import PASSWORD, Cast

Acts = Callable[..., list[Entry]]
PAGE, CODE = "/admin/account/second-factor", "/admin/login/code"


def at_the_code(user: User, **more: str) -> Pages:
    """A door where the password was right."""
    door = Pages()
    door.client.cookies["support_language"] = "en"
    response = door.sign_in(str(user.email), PASSWORD, **more)
    assert (response.status_code, response.headers["Location"]) == (302, CODE)
    return door


def test_the_door_asks_for_the_code_after_the_password(english: Cast, acts: Acts) -> None:
    device = switch_on(english.agent)
    door = at_the_code(english.agent)
    assert not door.is_in()
    assert not acts("SIGNED_IN", actor_id=english.agent.pk)
    response = door.send(CODE, {"code": app_code(device)})
    assert (response.status_code, response.headers["Location"]) == (302, "/admin/")
    assert door.is_in()
    assert acts("SIGNED_IN", actor_id=english.agent.pk)[-1].detail.metadata == {"door": "backoffice"}


def test_a_wrong_code_stays_outside(english: Cast, acts: Acts) -> None:
    device = switch_on(english.agent)
    door = at_the_code(english.agent)
    response = door.send(CODE, {"code": wrong_code(device)})
    assert response.status_code == 200
    assert errors(response) == ["This code is wrong or was used already. Enter the next one."]
    assert not door.is_in()
    assert acts("SECOND_FACTOR_FAILED", entity_id=str(english.agent.pk))
    assert door.send(CODE, {"code": app_code(rest(device))}).status_code == 302
    assert door.is_in()


def test_a_recovery_code_lets_in_once(english: Cast, acts: Acts) -> None:
    switch_on(english.agent)
    code = recovery_code(english.agent)
    door = at_the_code(english.agent)
    assert door.send(CODE, {"code": code}).status_code == 302
    assert door.is_in()
    assert acts("RECOVERY_CODE_USED", entity_id=str(english.agent.pk))
    again = at_the_code(english.agent)
    assert again.send(CODE, {"code": code}).status_code == 200
    assert not again.is_in()


def test_the_second_step_leads_where_one_wanted_to_go(cast: Cast) -> None:
    device = switch_on(cast.administrator)
    door = at_the_code(cast.administrator, next="/admin/accounts/team/")
    assert door.send(CODE, {"code": app_code(device)}).headers["Location"] == "/admin/accounts/team/"
    elsewhere = at_the_code(cast.administrator, next="https://evil.example/")
    assert elsewhere.send(CODE, {"code": app_code(rest(device))}).headers["Location"] == "/admin/"


def test_the_second_step_needs_the_first(cast: Cast) -> None:
    device = switch_on(cast.agent)
    door = Pages()
    assert door.get(CODE).headers["Location"] == "/admin/login/"
    response = door.send(CODE, {"code": app_code(device)}, page="/admin/login/")
    assert response.headers["Location"] == "/admin/login/"
    assert not door.is_in()


@pytest.mark.parametrize("what", ["disabled", "password", "time"])
def test_the_first_step_does_not_last(cast: Cast, what: str) -> None:
    device = switch_on(cast.agent)
    door = at_the_code(cast.agent)
    if what == "disabled":
        set_active(cast.agent.pk, active=False, by=cast.administrator)
    elif what == "password":
        set_password(cast.agent.pk, password="another-long-secret", by=cast.administrator)
    else:
        import time

        with time_machine.travel(time.time() + 601):
            assert door.get(CODE).headers["Location"] == "/admin/login/"
        return
    assert door.send(CODE, {"code": app_code(device)}, page="/admin/login/").headers["Location"] == "/admin/login/"
    assert not door.is_in()


def test_guessing_codes_is_limited(english: Cast, settings: Any) -> None:
    device = switch_on(english.agent)
    door = at_the_code(english.agent)
    settings.RATES = {**settings.RATES, "sign_in": (3, 60)}
    for _attempt in range(3):
        response = door.send(CODE, {"code": wrong_code(rest(device))})
    response = door.send(CODE, {"code": app_code(rest(device))})
    assert errors(response)[0].startswith("Too many attempts.")
    assert not door.is_in()


def test_setting_up_shows_the_key_and_the_recovery_codes_once(english: Cast, pages: Any, acts: Acts) -> None:
    door = pages(english.agent)
    assert "Set it up" in door.get(PAGE).content.decode()
    assert not TOTPDevice.objects.exists()
    assert door.send(PAGE, {"act": "start"}).headers["Location"] == PAGE
    device = TOTPDevice.objects.get(user=english.agent)
    html = door.get(PAGE).content.decode()
    assert '<svg class="qr"' in html
    key = re.search(r"secret=([A-Z2-7]+)", html).group(1)  # type: ignore[union-attr]
    assert "".join(re.findall(r"<li><code>([A-Z2-7]{4})</code></li>", html)) == key
    wrong = door.send(PAGE, {"act": "confirm", "code": wrong_code(device)})
    assert errors(wrong) == ["This is not the code that your app shows now."]
    assert not has_second_factor(english.agent)
    html = door.send(PAGE, {"act": "confirm", "code": app_code(device)}).content.decode()
    codes = re.findall(r"<code>([a-z2-7]{4}-[a-z2-7]{4})</code>", html)
    assert len(codes) == 10
    assert acts("SECOND_FACTOR_ENABLED", entity_id=str(english.agent.pk))
    after = door.get(PAGE).content.decode()
    assert "10 recovery codes are left." in after
    assert not any(code in after for code in codes)
    assert key not in after
    assert at_the_code(english.agent).send(CODE, {"code": codes[0]}).status_code == 302


def test_no_page_with_a_secret_is_kept_by_the_browser(cast: Cast, pages: Any) -> None:
    door = pages(cast.agent)
    door.send(PAGE, {"act": "start"})
    assert "no-store" in door.get(PAGE).headers["Cache-Control"]
    policy = door.get(PAGE).headers["Content-Security-Policy"]
    assert "'unsafe-inline'" not in policy
    assert " style=" not in door.get(PAGE).content.decode()


def test_switching_off_asks_for_password_and_code(english: Cast, acts: Acts) -> None:
    device = switch_on(english.agent)
    door = at_the_code(english.agent)
    door.send(CODE, {"code": app_code(device)})
    refused = door.send(PAGE, {"act": "disable", "password": "not-it", "code": app_code(rest(device))})
    assert errors(refused) == ["This is not your present password."]
    refused = door.send(PAGE, {"act": "disable", "password": PASSWORD, "code": wrong_code(device)})
    assert errors(refused) == ["This code is wrong or was used already. Enter the next one."]
    assert has_second_factor(english.agent)
    form = {"act": "disable", "password": PASSWORD, "code": app_code(rest(device))}
    assert door.send(PAGE, form).headers["Location"] == PAGE
    assert not has_second_factor(english.agent)
    assert acts("SECOND_FACTOR_DISABLED", entity_id=str(english.agent.pk))
    assert Pages(english.agent).is_in()


@pytest.mark.parametrize(
    "form", [{}, {"act": "confirm"}, {"act": "confirm", "code": "1"}, {"act": "disable"}, {"act": "x"}]
)
def test_an_act_that_does_not_fit_does_nothing(cast: Cast, pages: Any, form: dict[str, str]) -> None:
    door = pages(cast.agent)
    assert door.send(PAGE, form).status_code in (200, 302)
    assert not TOTPDevice.objects.exists()


def test_where_it_is_required_nothing_else_opens_before(english: Cast, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = "required"
    door = Pages()
    door.sign_in(str(english.agent.email), PASSWORD)
    for path in ("/admin/", "/admin/tickets/ticket/", "/admin/password_change/", "/admin/nothing-here/"):
        assert door.get(path).headers["Location"] == PAGE, path
    assert "Staff here need a second factor." in door.get(PAGE).content.decode()
    door.send(PAGE, {"act": "start"})
    device = TOTPDevice.objects.get(user=english.agent)
    assert door.send(PAGE, {"act": "confirm", "code": app_code(device)}).status_code == 200
    assert door.is_in()


def test_where_it_is_required_one_can_still_leave_and_change_the_language(english: Cast, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = "required"
    door = Pages()
    door.sign_in(str(english.agent.email), PASSWORD)
    door.send("/admin/language", {"language": "ar", "next": PAGE}, page=PAGE)
    assert 'dir="rtl"' in door.get(PAGE).content.decode()
    assert door.send("/admin/logout/", page=PAGE).headers["Location"] == "/admin/login/"


def test_an_administrator_resets_a_lost_one(english: Cast, pages: Any, acts: Acts) -> None:
    switch_on(english.agent)
    door = pages(english.administrator)
    person = f"/admin/accounts/user/{english.agent.pk}/"
    assert "second-factor/" in door.get(f"{person}change/").content.decode()
    response = door.send(f"{person}second-factor/")
    assert response.headers["Location"] == f"{person}change/"
    assert not has_second_factor(english.agent)
    assert acts("SECOND_FACTOR_DISABLED")[-1].actor_id == english.administrator.pk
    assert f"{person}second-factor/" not in door.get(f"{person}change/").content.decode()


def test_nobody_else_may(cast: Cast, pages: Any) -> None:
    switch_on(cast.agent)
    path = f"/admin/accounts/user/{cast.agent.pk}/second-factor/"
    for person in (cast.lead, cast.manager, cast.colleague):
        door = pages(person)
        assert door.get(path).status_code in (403, 404)
        assert door.send(path, page="/admin/").status_code in (403, 404)
    assert has_second_factor(cast.agent)


def test_secrets_have_no_page_of_their_own(cast: Cast, pages: Any) -> None:
    switch_on(cast.agent)
    door = pages(cast.administrator)
    for path in ("/admin/otp_totp/totpdevice/", "/admin/otp_static/staticdevice/"):
        assert door.get(path).status_code == 404
