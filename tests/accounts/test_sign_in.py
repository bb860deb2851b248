"""Signing in: one answer for every failure, and a count that holds without Redis."""

import datetime
import time

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db.models import F

from accounts.models import SignInCount, User
from audit.models import Entry
from tests.accounts.acts import NEW_PASSWORD, PAIR, alive, signed_in, tried
from tests.api import Api, data, refusal
from tests.cast import PASSWORD


class Slow(PBKDF2PasswordHasher):
    """Slow enough to be seen, quick enough for a test."""

    iterations = 100_000


def test_who_signs_in_gets_a_pair_and_himself(cast):
    for email in (cast.agent.email, f" {cast.agent.email.upper()} "):
        pair = data(tried(email))
        assert pair.keys() == PAIR
        assert pair["user"]["id"] == str(cast.agent.pk)
        assert "support.tickets.reply" in pair["user"]["permissions"]
        assert pair["user"]["permissions"] == sorted(pair["user"]["permissions"])
        assert alive(pair["accessToken"])
    assert Entry.objects.filter(action="SIGNED_IN", actor_id=cast.agent.pk).count() == 2


def nameless(response):
    own = response.headers["X-Request-Id"]
    headers = {name: value for name, value in response.headers.items() if name != "X-Request-Id"}
    return response.status_code, response.content.decode().replace(own, ""), headers


def test_unknown_wrong_disabled_and_service_answer_alike(cast):
    User.objects.filter(pk=cast.stranger.pk).update(is_active=False)
    User.objects.filter(role="bot").update(email="bot@example.test")
    answers = [
        tried("nobody@example.test"),
        tried(cast.customer.email, "wrong"),
        tried(cast.stranger.email),
        tried(cast.guest.name),
        tried("bot@example.test", "x"),
        tried("not an address"),
    ]
    refusal(answers[0], 401, "unauthenticated")
    assert all(nameless(answer) == nameless(answers[0]) for answer in answers)
    assert Entry.objects.filter(action="SIGN_IN_FAILED").count() == 6
    assert not Entry.objects.filter(action="SIGNED_IN").exists()


def test_unknown_wrong_and_disabled_cost_the_same_work(cast, settings):
    settings.PASSWORD_HASHERS = ["tests.accounts.test_sign_in.Slow"]
    for user in (cast.customer, cast.stranger):
        user.set_password(PASSWORD)
        user.save()
    User.objects.filter(pk=cast.stranger.pk).update(is_active=False)

    def work(email, password):
        started = time.thread_time()
        refusal(tried(email, password), 401, "unauthenticated")
        return time.thread_time() - started

    cases = [("nobody@example.test", "x"), (cast.customer.email, "wrong"), (cast.stranger.email, PASSWORD)]
    # In turn, and the least of each: what else the machine does makes the same work dearer for a while.
    rounds = [[work(*case) for case in cases] for _ in range(9)]
    costs = [min(spent) for spent in zip(*rounds, strict=True)]
    assert max(costs) < 1.6 * min(costs), costs


@pytest.fixture
def limited(settings):
    settings.RATES = {**settings.RATES, "sign_in": (3, 60), "sign_in_address": (10, 60)}


def test_too_many_attempts_on_an_account_are_refused_even_with_the_right_password(cast, limited):
    for _ in range(3):
        refusal(tried(cast.customer.email, "wrong"), 401, "unauthenticated")
    response = tried(cast.customer.email)
    error = refusal(response, 429, "rate_limited")
    assert 0 < error["details"]["retryAfter"] <= 60
    assert response.headers["Retry-After"] == str(error["details"]["retryAfter"])
    assert signed_in(cast.stranger)


def test_an_unknown_address_is_limited_just_as_a_known_one(cast, limited):
    for _ in range(3):
        tried("nobody@example.test")
    refusal(tried("nobody@example.test"), 429, "rate_limited")
    refusal(tried("NOBODY@example.test "), 429, "rate_limited")


def test_success_clears_the_accounts_count_and_time_does_too(cast, limited):
    for _ in range(2):
        tried(cast.customer.email, "wrong")
    signed_in(cast.customer)
    for _ in range(3):
        refusal(tried(cast.customer.email, "wrong"), 401, "unauthenticated")
    refusal(tried(cast.customer.email), 429, "rate_limited")
    SignInCount.objects.update(window_start=F("window_start") - datetime.timedelta(seconds=61))
    assert signed_in(cast.customer)


def test_one_address_trying_many_accounts_is_limited(cast, limited):
    for number in range(10):
        refusal(tried(f"n{number}@example.test"), 401, "unauthenticated")
    refusal(tried(cast.customer.email), 429, "rate_limited")


def test_the_count_holds_while_redis_is_away(cast, limited, without_redis):
    for _ in range(3):
        refusal(tried(cast.customer.email, "wrong"), 401, "unauthenticated")
    refusal(tried(cast.customer.email), 429, "rate_limited")


@pytest.mark.parametrize(
    "body",
    [{}, {"email": "a@b.test"}, {"password": "x"}, {"email": 1, "password": "x"}, {"email": "a", "password": None},
     {"email": ["a"], "password": "x"}, {"email": "a", "password": {}}, {"email": "a\x00", "password": "x"},
     {"email": "a", "password": "x\x00"}, {"email": "a", "password": "x", "remember": True}, [], "x", 5, None],
)  # fmt: skip
def test_a_malformed_sign_in_is_named_not_counted(cast, body):

    refusal(
        Api().post("/auth/login", body) if body is not None else Api().request("POST", "/auth/login", b"null"),
        400,
        "invalid",
    )
    assert not SignInCount.objects.exists()


def test_a_right_password_of_another_is_wrong(cast):
    cast.customer.set_password(NEW_PASSWORD)
    cast.customer.save()
    refusal(tried(cast.stranger.email, NEW_PASSWORD), 401, "unauthenticated")
    assert signed_in(cast.customer, NEW_PASSWORD)
