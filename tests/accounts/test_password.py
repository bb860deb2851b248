"""Passwords: changed by their owner, reset by a mailed link that works once."""

import datetime
import hashlib
import re
import threading

import pytest
import time_machine
from django.core import mail, signing
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import operations
from accounts.models import PasswordReset, PasswordResetRequest, User
from accounts.operations import send_password_resets
from tests.accounts.acts import NEW_PASSWORD, alive, signed_in, tried
from tests.api import Api, data, refusal
from tests.cast import PASSWORD
from tests.client import Client
from tests.notifications.acts import work


def changed(user, old, new):
    return Api(user).post("/auth/password/change", {"oldPassword": old, "newPassword": new})


def forgotten(email):
    return Api().post("/auth/password/forgot", {"email": email})


def reset(token, new=NEW_PASSWORD):
    return Api().post("/auth/password/reset", {"token": token, "newPassword": new})


def mailed(user) -> str:
    """The token of a link that was just mailed to this person."""
    data(forgotten(user.email))
    mail.outbox.clear()
    assert send_password_resets() == 1
    work()
    [message] = mail.outbox
    assert message.to == [user.email]
    return re.search(r"https?://\S+/password/reset/(\S+)", message.body)[1]


def test_the_old_password_must_be_right_and_the_new_one_good(cast):
    for old, new, field in [("wrong", NEW_PASSWORD, "oldPassword"), (PASSWORD, "short", "newPassword"),
                            (PASSWORD, cast.customer.email, "newPassword"), (PASSWORD, "", "newPassword"),
                            (None, NEW_PASSWORD, "oldPassword"), (PASSWORD, "x" * 129, "newPassword")]:  # fmt: skip
        assert field in refusal(changed(cast.customer, old, new), 400, "invalid")["fields"], (old, new)
    assert signed_in(cast.customer)
    data(changed(cast.customer, PASSWORD, NEW_PASSWORD))
    refusal(tried(cast.customer.email), 401, "unauthenticated")


def test_guessing_the_old_password_is_counted(cast, settings):
    settings.RATES = {**settings.RATES, "sign_in": (3, 60)}
    for _ in range(3):
        refusal(changed(cast.customer, "wrong", NEW_PASSWORD), 400, "invalid")
    refusal(changed(cast.customer, PASSWORD, NEW_PASSWORD), 429, "rate_limited")


def test_a_guest_has_no_password_to_change(cast):
    refusal(changed(cast.guest, PASSWORD, NEW_PASSWORD), 400, "invalid")


def test_forgetting_answers_the_same_for_everybody(cast):
    User.objects.filter(pk=cast.stranger.pk).update(is_active=False)
    for email in (cast.customer.email, "nobody@example.test", cast.stranger.email, "not an address", "x" * 254):
        assert forgotten(email).json() == {"success": True, "data": None}
    assert PasswordResetRequest.objects.count() == 5
    assert not PasswordReset.objects.exists()
    assert send_password_resets() == 1
    work()
    assert [row.user for row in PasswordReset.objects.all()] == [cast.customer]
    assert not PasswordResetRequest.objects.exists()


def test_forgetting_asks_the_database_the_same_whoever_is_meant(cast):
    """Also of the pages of the back office and of /help; `email` is all that may differ."""
    doors = [
        forgotten,
        lambda address: Client().post("/admin/password/forgot", {"email": address}),
        lambda address: Client().post("/help/sign-in/link", {"email": address}),
    ]
    asked = []
    for email in (cast.customer.email, "nobody@example.test", cast.administrator.email):
        for ask in doors:
            with CaptureQueriesContext(connection) as queries:
                assert ask(email).status_code in {200, 302}
            asked.append([re.sub(r"'[^']*'(::timestamptz)?|\"s\d+_x\d+\"", "?", query["sql"]) for query in queries])
    for door in range(3):
        known, unknown, of_staff = asked[door::3]
        assert known == unknown == of_staff
        assert not any("accounts_user" in sql for sql in known)


def test_a_link_sets_the_password_once_and_ends_every_session(cast):
    pair, token = signed_in(cast.customer), mailed(cast.customer)
    assert data(reset(token)) is None
    assert not alive(pair["accessToken"])
    refusal(tried(cast.customer.email), 401, "unauthenticated")
    assert signed_in(cast.customer, NEW_PASSWORD)
    assert "token" in refusal(reset(token, PASSWORD), 400, "invalid")["fields"]
    assert signed_in(cast.customer, NEW_PASSWORD)


def test_a_person_has_one_living_link(cast):
    first, second = mailed(cast.customer), mailed(cast.customer)
    refusal(reset(first), 400, "invalid")
    data(reset(second))
    refusal(reset(first, PASSWORD), 400, "invalid")


def test_a_link_is_kept_as_a_hash_alone(cast):
    token = mailed(cast.customer)
    row = PasswordReset.objects.values().get()
    assert token not in str(row)
    assert row["token_hash"] == hashlib.sha256(token.encode()).hexdigest()
    assert len(token) >= 40


def test_a_signed_row_number_is_no_link(cast):
    mailed(cast.customer)
    forged = signing.dumps(PasswordReset.objects.get().pk, salt="accounts.password-reset")
    refusal(reset(forged), 400, "invalid")


def _own_change(cast):
    data(changed(cast.customer, PASSWORD, "yet-another-one-2"))


def _given_by_an_administrator(cast):
    operations.set_password(cast.customer.pk, password="yet-another-one-2", by=cast.administrator)


def _another_address(cast):
    operations.update_staff(cast.customer.pk, changes={"email": "moved@example.test"}, by=cast.administrator)


def _disabled_and_let_in_again(cast):
    for active in (False, True):
        operations.set_active(cast.customer.pk, active=active, by=cast.administrator)


def _at_the_command_line(cast):
    user = User.objects.get(pk=cast.customer.pk)
    user.set_password("yet-another-one-2")
    user.save()


def _erased(cast):
    User.objects.filter(pk=cast.customer.pk).update(email="erased@example.test")


@pytest.mark.parametrize(
    "ends",
    [_own_change, _given_by_an_administrator, _another_address, _disabled_and_let_in_again, _at_the_command_line,
     _erased],
)  # fmt: skip
def test_a_link_ends_with_what_it_could_be_misused_after(cast, ends):
    token, other = mailed(cast.customer), mailed(cast.stranger)
    ends(cast)
    assert "token" in refusal(reset(token), 400, "invalid")["fields"]
    data(reset(other))


@pytest.mark.parametrize("changes", [{"name": "N"}, {"language": "en"}, {"phone": "+966501234567"}])
def test_a_link_outlives_a_change_of_anything_else(cast, changes):
    token = mailed(cast.customer)
    data(Api(cast.customer).patch("/auth/me", changes))
    data(reset(token))


def test_a_link_works_once_however_many_use_it_at_once(committed_cast):
    token = mailed(committed_cast.customer)
    answers = []

    def use(number):
        answers.append(reset(token, f"quite-another-one-{number}").status_code)
        connection.close()

    threads = [threading.Thread(target=use, args=[number]) for number in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(answers) == [200, 400, 400, 400]


def test_a_weak_password_does_not_use_the_link_up(cast):
    token = mailed(cast.customer)
    assert "newPassword" in refusal(reset(token, "short"), 400, "invalid")["fields"]
    data(reset(token))


def test_a_link_expires(cast, settings):
    token = mailed(cast.customer)
    with time_machine.travel(timezone.now() + datetime.timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT + 1)):
        refusal(reset(token), 400, "invalid")
    data(reset(token))


def test_a_link_of_somebody_disabled_since_is_dead(cast):
    token = mailed(cast.customer)
    User.objects.filter(pk=cast.customer.pk).update(is_active=False)
    refusal(reset(token), 400, "invalid")


@pytest.mark.parametrize("token", ["x", "1", "WzFd:x:y", "é", "a:b:c", "\x00", "x" * 501, "", None, 5, []])
def test_a_forged_link_is_refused(cast, token):
    mailed(cast.customer)
    assert "token" in refusal(reset(token), 400, "invalid")["fields"]
    assert signed_in(cast.customer)


@pytest.mark.parametrize(("who", "language", "words"), [("customer", "ar", "كلمة"), ("stranger", "en", "password")])
def test_the_mail_is_in_the_readers_language_and_direction(cast, who, language, words):
    user = getattr(cast, who)
    token = mailed(user)
    [message] = mail.outbox
    [(page, kind)] = message.alternatives
    assert kind == "text/html"
    assert words in message.subject
    assert words in message.body
    assert token in page
    assert f'dir="{"rtl" if language == "ar" else "ltr"}"' in page
    assert f'lang="{language}"' in page


def test_each_link_is_mailed_once_whoever_sends(committed_cast):
    for user in (committed_cast.customer, committed_cast.stranger, committed_cast.agent):
        data(forgotten(user.email))
    mail.outbox.clear()
    sent = []

    def send():
        sent.append(send_password_resets())
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(3)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sum(sent) == 3
    work()
    assert len({tuple(message.to) for message in mail.outbox}) == len(mail.outbox) == 3


def test_a_mailbox_is_not_flooded_from_many_addresses(cast, settings, fresh_rates):
    settings.RATES = {**settings.RATES, "password_reset": (2, 3600)}
    settings.TRUSTED_PROXY_COUNT = 1
    answers = [
        Api().post("/auth/password/forgot", {"email": cast.customer.email}, X_Forwarded_For=f"203.0.113.{n}")
        for n in range(4)
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    again = Api().post("/auth/password/forgot", {"email": cast.stranger.email}, X_Forwarded_For="203.0.113.99")
    assert again.status_code == 200
