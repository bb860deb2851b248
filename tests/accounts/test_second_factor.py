"""The second factor at the API's door, and the operations behind it."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import User
from accounts.operations import (
    confirm_second_factor,
    disable_second_factor,
    reset_second_factor,
    start_second_factor,
    update_staff,
)
from accounts.operations.second_factor import has_second_factor
from audit.models import Entry
from core.errors import Forbidden, Invalid, NotFound, RateLimited
from tests.accounts.codes import app_code, recovery_code, rest, switch_on, wrong_code
from tests.api import Api, data, refusal
from tests.cast import PASSWORD, Cast


def login(user: User, otp: str | None = None, password: str = PASSWORD) -> Any:
    body = {"email": user.email, "password": password, **({} if otp is None else {"otp": otp})}
    return Api().post("/auth/login", body)


def acts(action: str, user: User) -> list[Entry]:
    return list(Entry.objects.select_related("detail").filter(action=action, entity_id=str(user.pk)).order_by("pk"))


def test_the_code_lets_in_after_the_password(cast: Cast) -> None:
    device = switch_on(cast.agent)
    error = refusal(login(cast.agent), 401, "otp_required")
    assert "authenticator app" in error["message"]
    assert data(login(cast.agent, app_code(device)))["user"]["id"] == str(cast.agent.pk)
    assert acts("SIGNED_IN", cast.agent)


def test_a_wrong_code_says_so_and_is_recorded(cast: Cast) -> None:
    device = switch_on(cast.agent)
    error = refusal(login(cast.agent, wrong_code(device)), 401, "otp_required")
    assert "wrong" in error["message"]
    assert len(acts("SECOND_FACTOR_FAILED", cast.agent)) == 1
    assert not acts("SIGNED_IN", cast.agent)


def test_a_wrong_password_never_tells_of_the_second_factor(cast: Cast) -> None:
    device = switch_on(cast.agent)
    here = refusal(login(cast.agent, app_code(device), "not-the-password"), 401, "unauthenticated")
    there = refusal(login(cast.colleague, None, "not-the-password"), 401, "unauthenticated")
    assert here["message"] == there["message"]
    assert data(login(cast.agent, app_code(device)))


def test_a_code_works_once(cast: Cast) -> None:
    device = switch_on(cast.agent)
    code = app_code(device)
    data(login(cast.agent, code))
    refusal(login(cast.agent, code), 401, "otp_required")


def test_the_code_that_switched_it_on_is_used(cast: Cast) -> None:
    device = start_second_factor(cast.agent.pk, by=cast.agent)
    code = app_code(device)
    confirm_second_factor(cast.agent.pk, code=code, by=cast.agent)
    refusal(login(cast.agent, code), 401, "otp_required")


@pytest.mark.parametrize(("steps", "status"), [(-2, 401), (-1, 200), (0, 200), (1, 200), (2, 401)])
def test_clocks_may_differ_by_one_step(cast: Cast, steps: int, status: int) -> None:
    device = switch_on(cast.agent)
    with time_machine.travel(1_900_000_015, tick=False):
        assert login(cast.agent, app_code(device, steps)).status_code == status


def test_a_clock_that_is_off_never_moves_the_window(cast: Cast) -> None:
    device = switch_on(cast.agent)
    with time_machine.travel(1_900_000_015, tick=False):
        data(login(cast.agent, app_code(device, 1)))
        refusal(login(cast.agent, app_code(device, 2)), 401, "otp_required")


def test_a_code_is_read_as_people_type_it(cast: Cast) -> None:
    device = switch_on(cast.agent)
    code = app_code(device)
    data(login(cast.agent, f"{code[:3]} {code[3:]}"))
    code = app_code(rest(device))
    data(login(cast.agent, code.translate({ord(str(digit)): 0x0660 + digit for digit in range(10)})))


@pytest.mark.parametrize("otp", ["1", "1234567", "abcdef", "-00001", "+12345", "1e5", "²²²²²²", "aaaa-aaa", "////////"])
def test_what_is_no_code_is_a_wrong_one(cast: Cast, otp: str) -> None:
    switch_on(cast.agent)
    refusal(login(cast.agent, otp), 401, "otp_required")


def test_guessing_waits_longer_each_time(cast: Cast) -> None:
    device = switch_on(cast.agent)
    wrong = wrong_code(device)
    refusal(login(cast.agent, wrong), 401, "otp_required")
    TOTPDevice.objects.update(throttling_failure_count=6)
    error = refusal(login(cast.agent, app_code(device)), 429, "rate_limited")
    assert 25 <= error["details"]["retryAfter"] <= 32
    data(login(cast.agent, app_code(rest(device))))


def test_a_right_password_does_not_give_endless_guesses(cast: Cast, settings: Any) -> None:
    settings.RATES = {**settings.RATES, "sign_in": (3, 60)}
    device = switch_on(cast.agent)
    for _attempt in range(3):
        refusal(login(cast.agent, wrong_code(rest(device))), 401, "otp_required")
    refusal(login(cast.agent, app_code(rest(device))), 429, "rate_limited")


def test_coming_in_forgets_the_attempts(cast: Cast, settings: Any) -> None:
    settings.RATES = {**settings.RATES, "sign_in": (3, 60)}
    device = switch_on(cast.agent)
    for _round in range(2):
        refusal(login(cast.agent), 401, "otp_required")
        data(login(cast.agent, app_code(rest(device))))


def test_a_recovery_code_works_once_and_is_recorded(cast: Cast) -> None:
    switch_on(cast.agent)
    code = recovery_code(cast.agent)
    data(login(cast.agent, code.upper()))
    refusal(login(cast.agent, code), 401, "otp_required")
    [entry] = acts("RECOVERY_CODE_USED", cast.agent)
    assert entry.detail.metadata == {"left": 9}


def test_anothers_recovery_code_is_wrong(cast: Cast) -> None:
    switch_on(cast.agent)
    switch_on(cast.colleague)
    refusal(login(cast.agent, recovery_code(cast.colleague)), 401, "otp_required")
    assert StaticToken.objects.count() == 20


def test_customers_are_never_asked(cast: Cast, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = "required"
    TOTPDevice.objects.create(user=cast.customer, name="app", confirmed=True)
    data(login(cast.customer))


def test_what_was_not_confirmed_asks_nothing(cast: Cast) -> None:
    start_second_factor(cast.agent.pk, by=cast.agent)
    data(login(cast.agent))


def test_where_it_is_required_the_api_says_to_set_it_up_first(cast: Cast, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = "required"
    before = Api(cast.agent)
    error = refusal(login(cast.agent), 401, "otp_required")
    assert "back office" in error["message"]
    assert data(before.get("/auth/me"))
    data(login(cast.agent, app_code(switch_on(cast.agent))))


def test_the_first_code_must_be_right(cast: Cast) -> None:
    device = start_second_factor(cast.agent.pk, by=cast.agent)
    with pytest.raises(Invalid):
        confirm_second_factor(cast.agent.pk, code=wrong_code(device), by=cast.agent)
    assert not has_second_factor(cast.agent)
    codes = confirm_second_factor(cast.agent.pk, code=app_code(device), by=cast.agent)
    assert len(set(codes)) == 10
    assert len(acts("SECOND_FACTOR_ENABLED", cast.agent)) == 1


def test_starting_again_forgets_the_key_before(cast: Cast) -> None:
    old = start_second_factor(cast.agent.pk, by=cast.agent)
    start_second_factor(cast.agent.pk, by=cast.agent)
    with pytest.raises(Invalid):
        confirm_second_factor(cast.agent.pk, code=app_code(old), by=cast.agent)
    assert TOTPDevice.objects.filter(user=cast.agent).count() == 1


def test_a_second_one_beside_the_first_is_refused(cast: Cast) -> None:
    switch_on(cast.agent)
    with pytest.raises(Invalid):
        start_second_factor(cast.agent.pk, by=cast.agent)


def test_nobody_sets_it_up_for_another_or_for_a_customer(cast: Cast) -> None:
    for who, by in ((cast.agent, cast.administrator), (cast.customer, cast.customer)):
        with pytest.raises(NotFound):
            start_second_factor(who.pk, by=by)


def test_switching_off_takes_password_and_code(cast: Cast) -> None:
    device = switch_on(cast.agent)
    for password, code in (("not-the-password", app_code(device)), (PASSWORD, wrong_code(device)), (PASSWORD, "")):
        with pytest.raises(Invalid):
            disable_second_factor(cast.agent.pk, password=password, code=code, by=cast.agent)
    assert has_second_factor(cast.agent)
    disable_second_factor(cast.agent.pk, password=PASSWORD, code=app_code(rest(device)), by=cast.agent)
    assert not TOTPDevice.objects.filter(user=cast.agent).exists()
    assert not StaticToken.objects.filter(device__user=cast.agent).exists()
    assert len(acts("SECOND_FACTOR_DISABLED", cast.agent)) == 1
    data(login(cast.agent))


def test_guessing_at_switching_off_is_limited(cast: Cast, settings: Any) -> None:
    settings.RATES = {**settings.RATES, "sign_in": (2, 60)}
    device = switch_on(cast.agent)
    for _attempt in range(2):
        with pytest.raises(Invalid):
            disable_second_factor(cast.agent.pk, password="guess", code=app_code(device), by=cast.agent)
    with pytest.raises(RateLimited):
        disable_second_factor(cast.agent.pk, password=PASSWORD, code=app_code(device), by=cast.agent)


def test_an_administrator_resets_anothers_and_sessions_stay(cast: Cast) -> None:
    switch_on(cast.agent)
    api = Api(cast.agent)
    reset_second_factor(cast.agent.pk, by=cast.administrator)
    assert not has_second_factor(cast.agent)
    assert data(api.get("/auth/me"))
    [entry] = acts("SECOND_FACTOR_DISABLED", cast.agent)
    assert (entry.actor_id, entry.detail.metadata) == (cast.administrator.pk, {"reset": True})
    reset_second_factor(cast.agent.pk, by=cast.administrator)
    assert len(acts("SECOND_FACTOR_DISABLED", cast.agent)) == 1


def test_nobody_else_resets_it_and_not_ones_own(cast: Cast) -> None:
    switch_on(cast.agent)
    switch_on(cast.administrator)
    for who, by, refused in (
        (cast.agent, cast.lead, Forbidden),
        (cast.agent, cast.agent, Forbidden),
        (cast.administrator, cast.administrator, Invalid),
    ):
        with pytest.raises(refused):
            reset_second_factor(who.pk, by=by)
    assert has_second_factor(cast.agent)
    assert has_second_factor(cast.administrator)


def test_a_changed_role_keeps_it(cast: Cast) -> None:
    device = switch_on(cast.agent)
    update_staff(cast.agent.pk, changes={"role": "lead"}, by=cast.administrator)
    refusal(login(cast.agent), 401, "otp_required")
    data(login(cast.agent, app_code(device)))


def test_authentication_stays_one_query(cast: Cast, django_assert_num_queries: Any) -> None:
    switch_on(cast.agent)
    from accounts.token_users import user_of
    from accounts.tokens import open_family

    token = open_family(cast.agent).access
    with django_assert_num_queries(1):
        user_of(token)
