"""Guests: a name, no password, a day; and how a guest becomes a customer and keeps what is his."""

import threading

from django.db import connection

from accounts.models import PasswordReset, Role, User
from accounts.operations import send_password_resets
from tests.accounts.acts import NEW_PASSWORD, PAIR, UNSEEN, alive, refreshed, signed_in, tried
from tests.api import Api, data, refusal
from tests.tickets.acts import opened, seen


def guest(**more):
    return data(Api().post("/auth/guest", {"name": "Guest", **more}), 201)


def becomes(token, **more):
    body = {"email": "new@example.test", "password": NEW_PASSWORD, "name": "New", **more}
    return Api(token=token).post("/auth/register", body)


def test_a_guest_gets_a_token_for_a_day(cast):
    pair = guest()
    assert pair.keys() == PAIR
    assert pair["expiresIn"] == 24 * 3600
    assert (pair["user"]["role"], pair["user"]["email"], pair["user"]["permissions"]) == ("guest", None, [])
    assert alive(pair["accessToken"])
    assert data(refreshed(pair["refreshToken"]))["user"]["id"] == pair["user"]["id"]


def test_a_guests_address_joins_him_to_no_account_and_shows_nothing_of_one(cast):
    theirs = opened(cast.customer)
    pair = guest(email=cast.customer.email.upper(), name="Impostor")
    client = Api(token=pair["accessToken"])
    assert pair["user"]["email"] is None
    assert pair["user"]["id"] != str(cast.customer.pk)
    assert data(client.get("/tickets")) == []
    refusal(client.get(f"/tickets/{theirs['id']}"), 404, "not_found")
    assert cast.customer.name not in str(pair)
    unknown = guest(email="nobody@example.test", name="Impostor")
    assert pair["user"].keys() == unknown["user"].keys()


def test_two_guests_of_one_address_are_two(cast):
    first, second = guest(email="same@example.test"), guest(email="same@example.test")
    assert first["user"]["id"] != second["user"]["id"]


def test_a_guest_cannot_sign_in_nor_have_a_password_mailed(cast):
    guest(email="guest@example.test")
    refusal(tried("guest@example.test", NEW_PASSWORD), 401, "unauthenticated")
    data(Api().post("/auth/password/forgot", {"email": "guest@example.test"}))
    assert send_password_resets() == 0
    assert not PasswordReset.objects.exists()


def test_a_guest_who_registers_keeps_his_tickets_and_his_guest_token_ends(cast):
    pair = guest()
    user = User.objects.get(pk=pair["user"]["id"])
    ticket = opened(user)
    new = data(becomes(pair["accessToken"]), 201)
    assert new["user"]["id"] == pair["user"]["id"]
    assert new["user"]["role"] == "customer"
    assert not alive(pair["accessToken"])
    refusal(refreshed(pair["refreshToken"]), 401, "unauthenticated")
    me = User.objects.get(email="new@example.test")
    assert seen(me, ticket)["id"] == ticket["id"]
    assert signed_in(me, NEW_PASSWORD)["user"]["id"] == pair["user"]["id"]


def test_a_refused_registration_leaves_the_guest_a_guest(cast):
    pair = guest()
    refusal(becomes(pair["accessToken"], email=cast.customer.email), 400, "invalid")
    refusal(becomes(pair["accessToken"], password="short"), 400, "invalid")
    assert alive(pair["accessToken"])
    assert User.objects.get(pk=pair["user"]["id"]).role == Role.GUEST


def test_nobody_else_is_changed_by_registering_with_his_token(cast):
    for who in (cast.customer, cast.agent):
        before = User.objects.filter(pk=who.pk).values().get()
        made = data(becomes(Api(who).token, email=f"x{who.pk}@example.test"), 201)
        assert made["user"]["id"] != str(who.pk)
        assert User.objects.filter(pk=who.pk).values().get() == before
    data(becomes("nonsense", email="y@example.test"), 201)


def test_a_guest_registers_once_however_often_he_asks_at_once(committed_cast):
    pair = guest()
    answers, gate = [], threading.Barrier(4)

    def go(number):
        gate.wait()
        answers.append(becomes(pair["accessToken"], email=f"n{number}@example.test"))
        connection.close()

    threads = [threading.Thread(target=go, args=[number]) for number in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    kept = [answer.json()["data"] for answer in answers if answer.status_code == 201]
    same = [made for made in kept if made["user"]["id"] == pair["user"]["id"]]
    assert len(same) == 1
    email = same[0]["user"]["email"]
    assert User.objects.get(pk=pair["user"]["id"]).email == email
    assert alive(same[0]["accessToken"])


def test_a_guest_needs_a_name_and_a_real_address(cast):
    wrong = [({}, "name"), ({"name": ""}, "name"), ({"name": 5}, "name"), ({"name": "G", "email": "x"}, "email")]
    wrong += [({"name": "G", "email": UNSEEN[0]}, "email")]
    wrong += [({"name": "G", "role": "agent"}, "role"), ({"name": "G", "password": "x"}, "password")]
    for body, field in wrong:
        assert field in refusal(Api().post("/auth/guest", body), 400, "invalid")["fields"]
