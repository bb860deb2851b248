"""One's own profile, and in which language one is answered."""

import pytest

from accounts.models import User
from audit.models import Entry
from tests.api import Api, data, refusal
from tests.tickets.acts import footprint, opened

ARABIC = range(0x600, 0x700)


def arabic(text) -> bool:
    return any(ord(letter) in ARABIC for letter in text)


def test_one_reads_and_changes_oneself(cast):
    client = Api(cast.customer)
    before = data(client.get("/auth/me"))
    after = data(client.patch("/auth/me", {"name": " سارة ", "phone": "050 123 4567", "language": "en"}))
    assert after == {**before, "name": "سارة", "phone": "+966501234567", "language": "en"}
    assert data(client.get("/auth/me")) == after
    detail = Entry.objects.select_related("detail").get(action="USER_UPDATED").detail
    assert detail.new_values["phone"] == "+966501234567"


def test_changing_nothing_leaves_no_trace(cast):
    client = Api(cast.customer)
    before = footprint()
    data(client.patch("/auth/me", {"name": cast.customer.name}))
    data(client.patch("/auth/me", {}))
    assert footprint() == before


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("name", ""), ("name", None), ("name", []), ("name", "x" * 151), ("name", "\x00"), ("phone", "x"), ("phone", {}),
     ("phone", "+999999999999999999"), ("language", "fr"), ("language", ""), ("language", None), ("email", "a@b.test"),
     ("role", "agent"), ("password", "x"), ("isActive", False), ("permissions", [])],
)  # fmt: skip
def test_what_cannot_be_is_named(cast, field, wrong):
    before = User.objects.filter(pk=cast.customer.pk).values().get()
    assert refusal(Api(cast.customer).patch("/auth/me", {field: wrong}), 400, "invalid")["fields"].keys() == {field}
    assert User.objects.filter(pk=cast.customer.pk).values().get() == before


@pytest.mark.parametrize(
    ("asked", "who", "is_arabic"),
    [("ar", "stranger", True), ("en", "customer", False), ("", "customer", True), ("", "stranger", False),
     ("ar-SA,ar;q=0.9,en;q=0.8", "stranger", True), ("fr-FR", "nobody", True), ("fr-FR, *;q=0.5", "stranger", False),
     ("*", "stranger", False), ("ar;q=0", "stranger", False), ("en;q=x", "customer", True), ("", "nobody", True)],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/tickets/999999", "/tickets?page=x", "/tickets/1/history", "/audit"])
def test_a_refusal_is_worded_as_asked_for_else_in_the_callers_own_language(cast, asked, who, is_arabic, path):
    client = Api(getattr(cast, who, None))
    response = client.get(path, Accept_Language=asked) if asked else silent(client).get(path)
    assert arabic(response.json()["error"]["message"]) is is_arabic


def silent(client):
    """A client that asks for no language."""
    client.language = ""
    return client


@pytest.mark.parametrize(("who", "is_arabic"), [("agent", True), ("outsider", False)])
def test_a_missing_right_is_worded_in_the_callers_own_language_too(cast, who, is_arabic):
    user = getattr(cast, who)
    User.objects.filter(pk=user.pk).update(language="ar" if is_arabic else "en")
    response = silent(Api(user)).get("/audit")
    assert arabic(refusal(response, 403, "forbidden")["message"]) is is_arabic


def test_names_come_in_the_language_of_the_answer(cast):
    from tickets.models import Category

    category = Category.objects.create(name_ar="الضمان", name_en="Warranty")
    ticket = opened(cast.customer, categoryId=str(category.pk))
    client = Api(cast.customer)
    for language, name in [("ar", "الضمان"), ("en", "Warranty")]:
        client.language = language
        assert data(client.get(f"/tickets/{ticket['id']}"))["category"]["name"] == name
    assert data(silent(client).get(f"/tickets/{ticket['id']}"))["category"]["name"] == "الضمان"


def test_one_callers_language_does_not_stay_for_the_next(cast):
    silent(Api(cast.stranger)).get("/auth/me")
    assert arabic(Api().get("/auth/me", Accept_Language="ar").json()["error"]["message"])
    assert arabic(silent(Api()).get("/auth/me").json()["error"]["message"])
