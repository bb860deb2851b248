"""A shop's server signs its own customers in by a key, and nobody else."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.urls import reverse

from accounts import operations
from accounts.models import ServerKey, TokenFamily, User
from audit.models import Entry
from tests.api import Api, data
from tests.cast import PASSWORD
from tests.client import Client

pytestmark = pytest.mark.django_db
SHOPPER = {"email": "Shopper@Example.test", "name": "<b>نورة</b>", "language": "en"}


def ask(secret: str, **customer: str):
    return Api().post("/auth/customer-token", {"secret": secret, **SHOPPER, **customer})


@pytest.fixture
def secret(db) -> str:
    return operations.create_server_key("Shop", by=None).secret


def test_a_new_customer_gets_an_account_and_a_short_token_that_works(secret):
    answer = ask(secret)
    assert answer.status_code == 201, answer.content
    signed_in = data(answer, 201)
    assert set(signed_in) == {"accessToken", "expiresIn", "user"}
    user = User.objects.get(email="shopper@example.test")
    assert (user.name, user.language, user.role) == ("<b>نورة</b>", "en", "customer")
    assert not user.has_usable_password()
    me = data(Api(token=signed_in["accessToken"]).get("/auth/me"))
    assert me["id"] == str(user.pk)
    family = TokenFamily.objects.get(user=user)
    assert (family.expires_at - family.created_at).total_seconds() <= signed_in["expiresIn"] + 1


def test_the_same_customer_comes_back_to_the_same_account(secret, cast):
    known = data(ask(secret, email=cast.customer.email, name="Other"), 201)
    assert known["user"]["id"] == str(cast.customer.pk)
    assert known["user"]["name"] == cast.customer.name


def by_shop(user: User) -> None:
    data(ask(operations.create_server_key("Shop", by=None).secret, email=str(user.email)), 201)


def by_link(user: User) -> None:
    path = urlsplit(operations.make_sign_in_link(user)).path
    assert Client().post(path).headers["Location"] == reverse("help-tickets")


def by_reset(user: User) -> None:
    token = operations.make_reset_link(user).rsplit("/", 1)[1]
    data(Api().post("/auth/password/reset", {"token": token, "newPassword": "another-horse-battery"}))


@pytest.mark.parametrize("prove", [by_shop, by_link, by_reset])
def test_whoever_registered_an_address_first_is_put_out_once_its_holder_comes(db, prove):
    secret = {"email": "victim@example.test", "password": PASSWORD}
    thief = data(Api().post("/auth/register", {**secret, "name": "Thief", "phone": "+966500000000"}), 201)
    user = User.objects.get(email="victim@example.test")
    assert Api(token=thief["accessToken"]).get("/auth/me").status_code == 200
    prove(user)
    assert Api(token=thief["accessToken"]).get("/auth/me").status_code == 401
    assert Api().post("/auth/refresh", {"refreshToken": thief["refreshToken"]}).status_code == 401
    assert Api().post("/auth/login", secret).status_code == 401
    user.refresh_from_db()
    assert user.phone == ""
    open_before = list(TokenFamily.objects.filter(user=user, ended_at=None))
    password = user.password
    by_shop(user) if prove is not by_shop else by_link(user)
    user.refresh_from_db()
    assert user.password == password
    assert all(not family.ended_at for family in TokenFamily.objects.filter(pk__in=[each.pk for each in open_before]))


def test_staff_and_disabled_customers_are_refused(secret, cast):
    assert ask(secret, email=cast.agent.email).status_code == 403
    operations.set_active(cast.stranger.pk, active=False, by=cast.administrator)
    assert ask(secret, email=cast.stranger.email).status_code == 403
    assert not TokenFamily.objects.filter(user__in=[cast.agent, cast.stranger], ended_at=None).exists()


def test_a_wrong_or_revoked_secret_signs_nobody_in(secret, cast):
    assert ask("sk_wrong").status_code == 401
    operations.revoke_server_key(ServerKey.objects.get().pk, by=cast.administrator)
    assert ask(secret).status_code == 401
    assert not User.objects.filter(email="shopper@example.test").exists()


def test_the_back_office_shows_a_secret_once_and_stores_its_hash_alone(client, cast):
    client.force_login(cast.administrator)
    page = client.post(reverse("admin:accounts_serverkey_add"), {"name": "My shop"}).content.decode()
    secret = page.split('translate="no">sk_')[1].split("<")[0]
    key = ServerKey.objects.get(name="My shop")
    assert ask(f"sk_{secret}").status_code == 201
    assert secret not in key.secret_hash
    for address in (reverse("admin:accounts_serverkey_changelist"), f"/admin/accounts/serverkey/{key.pk}/change/"):
        shown = client.get(address).content.decode()
        assert "My shop" in shown
        assert secret not in shown
    client.post(reverse("admin:accounts_serverkey_changelist"), {"action": "revoke", "_selected_action": [str(key.pk)]})
    assert ask(f"sk_{secret}").status_code == 401


def test_no_secret_reaches_the_log(secret, settle):
    ask(secret)
    settle()
    for entry in Entry.objects.select_related("detail"):
        assert secret not in f"{entry.detail.new_values}{entry.detail.metadata}"


def test_keys_are_kept_by_those_who_change_settings_alone(client, cast):
    client.force_login(cast.lead)
    assert client.get(reverse("admin:accounts_serverkey_changelist")).status_code == 403
    assert client.post(reverse("admin:accounts_serverkey_add"), {"name": "Mine"}).status_code == 403
    assert not ServerKey.objects.exists()
