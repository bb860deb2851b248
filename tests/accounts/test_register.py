"""Opening an account."""

import pytest

from accounts.models import Role, User
from audit.models import Entry
from tests.accounts.acts import NEW_PASSWORD, PAIR, UNSEEN, alive, registered, signed_in, tried
from tests.api import Api, data, refusal
from tests.notifications.acts import mails_to, work


def test_who_registers_is_a_customer_and_signed_in(cast):
    pair = data(registered(email="New@Example.TEST", name=" Nora ", phone="0501234567", language="en"), 201)
    assert pair.keys() == PAIR
    user = User.objects.get(email="new@example.test")
    assert (user.role, user.name, user.phone, user.language) == (Role.CUSTOMER, "Nora", "+966501234567", "en")
    assert {**pair["user"], "phone": ""} == {
        "id": str(user.pk), "email": "new@example.test", "name": "Nora", "role": "customer", "language": "en",
        "permissions": [], "phone": "",
    }  # fmt: skip
    assert alive(pair["accessToken"])
    assert pair["expiresIn"] == 15 * 60
    assert signed_in(user, NEW_PASSWORD)["user"]["id"] == str(user.pk)
    assert Entry.objects.get(action="USER_REGISTERED").actor_id == user.pk


@pytest.mark.parametrize(("header", "language"), [("ar", "ar"), ("en-GB,en;q=0.9", "en"), ("fr", "ar")])
def test_the_language_is_the_callers_unless_he_says_otherwise(cast, header, language):
    body = {"email": "new@example.test", "password": NEW_PASSWORD, "name": "N"}
    user = data(Api().post("/auth/register", body, Accept_Language=header), 201)["user"]
    assert user["language"] == language


def test_an_address_is_taken_once_whatever_its_case(cast):
    for email in (cast.customer.email, cast.customer.email.upper(), cast.agent.email):
        assert refusal(registered(email=email), 400, "invalid")["fields"].keys() == {"email"}
    data(registered(), 201)
    refusal(registered(), 400, "invalid")


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("password", "short"), ("password", "password123"), ("password", 5), ("email", "x"),
     ("email", "a@b"), ("email", ""), ("email", None), ("email", ["a@b.test"]), ("email", "a@b.test\x00"),
     *(("email", address) for address in UNSEEN), ("name", ""),
     ("name", "  "), ("name", "x" * 151), ("name", None), ("phone", "123"), ("phone", "call me"), ("phone", 966),
     ("language", "fr"), ("language", ["ar"]), ("role", "administrator"), ("isSuperuser", True)],
)  # fmt: skip
def test_what_is_wrong_is_named_and_nobody_is_made(cast, field, wrong):
    before = User.objects.count()
    assert refusal(registered(**{field: wrong}), 400, "invalid")["fields"].keys() == {field}
    assert User.objects.count() == before


@pytest.mark.parametrize(
    ("given", "stored"),
    [("+966 50 123 4567", "+966501234567"), ("00966501234567", "+966501234567"), ("٠٥٠١٢٣٤٥٦٧", "+966501234567"),
     ("+20 100 123 4567", "+201001234567"), ("", "")],
)  # fmt: skip
def test_phones_are_stored_in_one_spelling(cast, given, stored):
    assert data(registered(phone=given), 201)["user"]["phone"] == stored


def test_an_address_in_use_is_no_sign_in(cast):
    refusal(registered(email=cast.customer.email), 400, "invalid")
    refusal(tried(cast.customer.email, NEW_PASSWORD), 401, "unauthenticated")
    assert signed_in(cast.customer)


def test_who_registers_is_welcomed_by_one_mail_in_their_language(cast):
    body = {"email": "new@example.test", "password": NEW_PASSWORD, "name": "<b>Sara</b>", "language": "en"}
    data(Api().post("/auth/register", body), 201)
    assert Api().post("/auth/register", body).status_code == 400
    work()
    [mail] = mails_to(User.objects.get(email="new@example.test"))
    assert mail.subject.startswith("Welcome to ")
    assert "/help/tickets" in mail.body
