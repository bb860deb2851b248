"""Token families: rotation, reuse, and everything that ends a session at once."""

import datetime
import threading

import jwt
import pytest
import time_machine
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from accounts.models import TokenFamily, User
from accounts.operations import set_active
from audit.models import Entry
from tests.accounts.acts import NEW_PASSWORD, PAIR, alive, refreshed, signed_in
from tests.api import Api, data, refusal
from tests.cast import PASSWORD
from tests.crosscut.mirror import latest
from tests.tickets.acts import emitted


def test_a_refresh_gives_a_new_pair_and_the_old_access_lives_on(cast):
    first = signed_in(cast.customer)
    second = data(refreshed(first["refreshToken"]))
    assert second.keys() == PAIR
    assert second["refreshToken"] != first["refreshToken"]
    assert alive(first["accessToken"])
    assert alive(second["accessToken"])
    assert TokenFamily.objects.filter(user=cast.customer).count() == 1


def test_reuse_of_a_rotated_token_ends_the_whole_family_and_no_other(cast):
    other = signed_in(cast.customer)
    first = signed_in(cast.customer)
    second = data(refreshed(first["refreshToken"]))
    refusal(refreshed(first["refreshToken"]), 401, "unauthenticated")
    assert not alive(second["accessToken"])
    refusal(refreshed(second["refreshToken"]), 401, "unauthenticated")
    assert alive(other["accessToken"])
    assert Entry.objects.filter(action="TOKEN_REUSED").count() == 1
    assert emitted(f"user:{cast.customer.pk}") == ["access:changed"]


def test_a_chain_of_refreshes_goes_on(cast):
    token = signed_in(cast.customer)["refreshToken"]
    for _ in range(5):
        token = data(refreshed(token))["refreshToken"]


def test_two_refreshes_at_once_leave_one_winner_and_a_dead_family(committed_cast):
    token = signed_in(committed_cast.customer)["refreshToken"]
    answers, gate = [], threading.Barrier(4)

    def go():
        gate.wait()
        answers.append(refreshed(token))
        connection.close()

    threads = [threading.Thread(target=go) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200, 401, 401, 401]
    [won] = [answer.json()["data"] for answer in answers if answer.status_code == 200]
    assert not alive(won["accessToken"])
    refusal(refreshed(won["refreshToken"]), 401, "unauthenticated")


def test_logout_ends_this_session_alone(cast):
    first, second = signed_in(cast.customer), signed_in(cast.customer)
    client = Api(token=first["accessToken"])
    assert data(client.post("/auth/logout", {"refreshToken": first["refreshToken"]})) is None
    assert not alive(first["accessToken"])
    refusal(refreshed(first["refreshToken"]), 401, "unauthenticated")
    assert alive(second["accessToken"])
    assert Entry.objects.filter(action="SIGNED_OUT").count() == 1


def test_nobody_logs_out_somebody_else(cast):
    theirs = signed_in(cast.stranger)
    for token in (theirs["refreshToken"], theirs["accessToken"], "nonsense", "a.b.c"):
        error = refusal(Api(cast.customer).post("/auth/logout", {"refreshToken": token}), 400, "invalid")
        assert list(error["fields"]) == ["refreshToken"]
    assert alive(theirs["accessToken"])


def test_logging_out_twice_and_by_a_rotated_token_ends_what_is_ones_own(cast):
    pair, door = signed_in(cast.customer), Api(cast.customer)
    data(refreshed(pair["refreshToken"]))
    for _time in range(2):
        assert data(door.post("/auth/logout", {"refreshToken": pair["refreshToken"]})) is None
        assert not alive(pair["accessToken"])
    assert Entry.objects.filter(action="SIGNED_OUT").count() == 1


def test_logout_all_ends_every_session(cast):
    pairs = [signed_in(cast.customer) for _ in range(3)]
    other = signed_in(cast.stranger)
    data(Api(token=pairs[0]["accessToken"]).post("/auth/logout-all"))
    assert not any(alive(pair["accessToken"]) for pair in pairs)
    assert alive(other["accessToken"])
    assert emitted(f"user:{cast.customer.pk}") == ["access:changed"]


def test_a_password_change_ends_all_but_the_new_session(cast):
    old = signed_in(cast.customer)
    body = {"oldPassword": PASSWORD, "newPassword": NEW_PASSWORD}
    new = data(Api(token=old["accessToken"]).post("/auth/password/change", body))
    assert new.keys() == PAIR
    assert (alive(old["accessToken"]), alive(new["accessToken"])) == (False, True)
    refusal(refreshed(old["refreshToken"]), 401, "unauthenticated")
    assert signed_in(cast.customer, NEW_PASSWORD)


def test_disabling_ends_tokens_at_the_next_request_and_enabling_does_not_revive_them(cast):
    pair = signed_in(cast.agent)
    set_active(cast.agent.pk, active=False, by=cast.administrator)
    assert not alive(pair["accessToken"])
    refusal(refreshed(pair["refreshToken"]), 401, "unauthenticated")
    set_active(cast.agent.pk, active=True, by=cast.administrator)
    assert not alive(pair["accessToken"])
    assert alive(signed_in(cast.agent)["accessToken"])
    assert emitted(f"user:{cast.agent.pk}") == ["access:changed"] * 2


def test_a_disabled_row_is_enough(cast):
    pair = signed_in(cast.customer)
    User.objects.filter(pk=cast.customer.pk).update(is_active=False)
    assert not alive(pair["accessToken"])
    refusal(refreshed(pair["refreshToken"]), 401, "unauthenticated")


def test_a_deleted_user_is_401_everywhere(cast):
    pair = signed_in(cast.stranger)
    User.objects.filter(pk=cast.stranger.pk).delete()
    assert not alive(pair["accessToken"])
    refusal(refreshed(pair["refreshToken"]), 401, "unauthenticated")


@pytest.mark.parametrize(
    ("after", "access", "refresh"), [(14, True, True), (16, False, True), (60 * 24 * 365, False, False)]
)
def test_tokens_live_as_long_as_they_say(cast, after, access, refresh):
    pair = signed_in(cast.customer)
    assert alive(pair["accessToken"])
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=after)):
        assert alive(pair["accessToken"]) is access
        assert (refreshed(pair["refreshToken"]).status_code == 200) is refresh


def test_a_refresh_does_not_prolong_the_family(cast):
    pair = signed_in(cast.customer)
    days = django_settings.REFRESH_TOKEN_DAYS
    with time_machine.travel(timezone.now() + datetime.timedelta(days=days - 1)):
        pair = data(refreshed(pair["refreshToken"]))
    with time_machine.travel(timezone.now() + datetime.timedelta(days=days + 1)):
        refusal(refreshed(pair["refreshToken"]), 401, "unauthenticated")


def test_each_token_opens_its_own_door_alone(cast):
    pair = signed_in(cast.customer)
    assert not alive(pair["refreshToken"])
    refusal(refreshed(pair["accessToken"]), 401, "unauthenticated")


def forged(pair, **changes):
    claims = jwt.decode(pair["accessToken"], options={"verify_signature": False})
    return claims | changes


def test_rights_and_identity_come_from_the_database_never_from_claims(cast):
    pair = signed_in(cast.customer)
    key = django_settings.SIMPLE_JWT.get("SIGNING_KEY") or django_settings.SECRET_KEY
    algorithm = django_settings.SIMPLE_JWT.get("ALGORITHM", "HS256")
    claims = forged(pair, role="administrator", is_superuser=True, permissions=["support.audit.view"])
    token = jwt.encode(claims, key, algorithm=algorithm)
    me = data(Api(token=token).get("/auth/me"))
    assert (me["role"], me["permissions"]) == ("customer", [])
    other = jwt.encode(forged(pair, sub=str(cast.administrator.pk)), key, algorithm=algorithm)
    assert not alive(other)
    for wrong in ({"sub": "x"}, {"fam": "x"}, {"sub": None}, {"fam": None}, {"sub": "9" * 40}, {"exp": 0}):
        assert not alive(jwt.encode(forged(pair, **wrong), key, algorithm=algorithm)), wrong
    assert not alive(jwt.encode(forged(pair), "another-key-of-thirty-two-bytes-or-more", algorithm=algorithm))
    assert not alive(jwt.encode(forged(pair), None, algorithm="none"))


@pytest.mark.parametrize("header", ["Bearer", "Bearer a b", "Basic x", "bearer", "Token x", "\x7f"])
def test_a_header_that_is_no_bearer_is_401(cast, header):
    refusal(Api().get("/auth/me", Authorization=header), 401, "unauthenticated")


def test_permissions_take_effect_at_the_next_request(cast):
    from django.contrib.auth.models import Group

    from accounts.operations import save_group, update_staff

    client = Api(cast.agent)
    assert client.get("/audit").status_code == 403
    manager = Group.objects.get(name="manager")
    update_staff(cast.agent.pk, changes={}, group_ids=[manager.pk], by=cast.administrator)
    assert client.get("/audit").status_code == 200
    assert data(client.get("/auth/me"))["permissions"].count("support.audit.view") == 1
    save_group(manager.pk, name="manager", codenames=["tickets.view"], by=cast.administrator)
    assert client.get("/audit").status_code == 403
    assert emitted(f"user:{cast.agent.pk}") == ["access:changed"] * 2
    assert latest()


def test_a_superuser_holds_every_right(cast):
    User.objects.filter(pk=cast.outsider.pk).update(is_superuser=True)
    from accounts.catalogue import CODENAMES, full_name

    assert data(Api(cast.outsider).get("/auth/me"))["permissions"] == sorted(map(full_name, CODENAMES))
    assert Api(cast.outsider).get("/audit").status_code == 200


def test_a_customer_holds_no_right_even_if_a_group_names_him(cast):
    client = Api(cast.manager)
    assert client.get("/audit").status_code == 200
    User.objects.filter(pk=cast.manager.pk).update(role="customer", is_superuser=True)
    assert data(client.get("/auth/me"))["permissions"] == []
    refusal(client.get("/audit"), 404, "not_found")
    person = User.objects.get(pk=cast.manager.pk)
    assert person.groups.exists()
    assert not person.rights
