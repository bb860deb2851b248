"""Nobody gives a right they do not hold, nor touches the sign-in of someone who holds more; one administrator stays."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import operations
from accounts.catalogue import DEFAULT_GROUPS
from accounts.models import Role, User
from core.errors import Forbidden, Invalid
from tests.backoffice.door import Pages, errors
from tests.cast import Cast, fresh, staff

NEW = "entirely-fresh-words-7"
TARGETS = ("customer", "clerk", "agent", "lead", "manager", "administrator")
# Whom each may change: those who hold no right that they lack. A clerk manages people and nothing else.
MAY = {
    "clerk": {"customer", "clerk"},
    "head": {"customer", "clerk", "agent", "lead"},
    "administrator": set(TARGETS),
}
ROLES_THEY_GIVE = {
    "clerk": set(),
    "head": {"agent", "lead"},
    "administrator": {"agent", "lead", "manager", "administrator"},
}
# A page that everybody inside has, for the token of forms whose own page is refused.
TOKEN = {"page": "/admin/password_change/"}
CLERK = ("users.manage", "customers.manage")


def group(name: str, *codenames: str) -> Group:
    root = staff(f"root-{name}", Role.ADMINISTRATOR)
    return operations.save_group(None, name=name, codenames=codenames, by=root)


def member(name: str, of: Group) -> User:
    """Someone in this group alone."""
    person = staff(name, Role.AGENT)
    person.groups.set([of])
    return fresh(person)


@pytest.fixture
def people(english: Cast) -> dict[str, User]:
    """The cast, a clerk and another, and the head of the leads, who manages people too."""
    clerks = group("clerks", *CLERK)
    heads = group("heads", *CLERK, *DEFAULT_GROUPS["lead"])
    found = {name: getattr(english, name) for name in TARGETS if name != "clerk"}
    found |= {"clerk": member("clerk", clerks), "other-clerk": member("clerk", clerks), "head": member("head", heads)}
    found["other-administrator"] = staff("root", Role.ADMINISTRATOR)
    User.objects.update(language="en")
    return found


def form_of(user: User, **changes: Any) -> dict[str, Any]:
    form = {"name": user.name, "email": user.email, "phone": user.phone, "language": user.language, "is_active": "on"}
    if user.is_agent:
        form |= {"role": user.role, "groups": list(user.groups.values_list("pk", flat=True))}
    return {name: value for name, value in {**form, **changes}.items() if value is not None}


def page(user: User, *more: str) -> str:
    return "/".join(["/admin/accounts/user", str(user.pk), *(more or ("change",)), ""])


def state(user: User) -> Any:
    now = fresh(user)
    groups = sorted(now.groups.values_list("name", flat=True))
    return now.email, now.password, now.role, now.is_active, groups, TOTPDevice.objects.filter(user=now.pk).count()


def acts(user: User) -> dict[str, Callable[[Pages], Any]]:
    """Everything that touches someone's way in or rights, each as a request of the back office."""
    found = {
        "e-mail": lambda door: door.send(page(user), form_of(user, email="taken.over@example.test"), **TOKEN),
        "password": lambda door: door.send(page(user, "password"), {"password": NEW, "again": NEW}, **TOKEN),
        "disable": lambda door: door.send(page(user), form_of(user, is_active=None), **TOKEN),
    }
    if user.is_agent:
        found |= {
            "groups": lambda door: door.send(page(user), form_of(user, groups=None), **TOKEN),
            "second factor": lambda door: door.send(page(user, "second-factor"), {}, **TOKEN),
        }
    return found


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("actor", MAY)
def test_someone_who_holds_more_is_not_touched(people: dict[str, User], actor: str, target: str) -> None:
    by = people[actor]
    user = people[f"other-{target}" if f"other-{target}" in people else target]
    if user.is_agent:
        TOTPDevice.objects.create(user=user, name="app", confirmed=True)
    door = Pages(by)
    for name, act in acts(fresh(user)).items():
        before = state(user)
        answer = act(door)
        assert (state(user) != before) == (target in MAY[actor]), (name, answer.status_code)
        assert answer.status_code == (302 if target in MAY[actor] else 403), name
        User.objects.filter(pk=user.pk).update(email=before[0], password=before[1], is_active=True)
    assert door.get(page(user)).status_code == 200


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("actor", MAY)
def test_the_operations_hold_the_same_table_whatever_door_calls_them(
    people: dict[str, User], actor: str, target: str
) -> None:
    by, user = people[actor], people[f"other-{target}" if f"other-{target}" in people else target]
    calls: list[Callable[[], Any]] = [
        lambda: operations.set_password(user.pk, password=NEW, by=by),
        lambda: operations.update_staff(user.pk, changes={"email": "x@example.test"}, by=by),
        lambda: operations.update_staff(user.pk, changes={"name": "N"}, by=by),
        lambda: operations.set_active(user.pk, active=False, by=by),
        lambda: operations.set_active(user.pk, active=True, by=by),
    ]
    if user.is_agent:
        calls.append(lambda: operations.update_staff(user.pk, changes={}, group_ids=[], by=by))
        calls.append(lambda: operations.reset_second_factor(user.pk, by=by))
    # The last but one takes the groups: from then on there is nothing left that they hold more of.
    for call in calls:
        if target in MAY[actor]:
            call()
        else:
            with pytest.raises(Forbidden):
                call()


def test_somebody_disabled_is_guarded_by_what_they_would_hold(people: dict[str, User]) -> None:
    operations.set_active(people["manager"].pk, active=False, by=people["administrator"])
    with pytest.raises(Forbidden):
        operations.set_password(people["manager"].pk, password=NEW, by=people["head"])
    with pytest.raises(Forbidden):
        operations.set_active(people["manager"].pk, active=True, by=people["head"])


@pytest.mark.parametrize("actor", MAY)
def test_a_role_is_given_by_those_who_hold_its_rights(people: dict[str, User], actor: str) -> None:
    by, door = people[actor], Pages(people[actor])
    path = "/admin/accounts/user/add/?kind=staff"
    offered = door.get(path).content.decode()
    for role in ("agent", "lead", "manager", "administrator"):
        may = role in ROLES_THEY_GIVE[actor]
        assert (f'<option value="{role}"' in offered) == may
        form = {"name": "New", "email": f"{role}@new.test", "phone": "", "language": "en", "role": role}
        door.send(path, {**form, "password": NEW})
        assert User.objects.filter(email=form["email"]).exists() == may
        if not may:
            with pytest.raises(Forbidden):
                operations.create_staff(form["email"], name="New", role=role, by=by)
            if role != by.role:
                with pytest.raises(Forbidden):
                    operations.update_staff(by.pk, changes={"role": role}, by=by)


def test_nobody_puts_themselves_into_a_group_that_gives_more(people: dict[str, User]) -> None:
    clerk, door = people["clerk"], Pages(people["clerk"])
    highest = Group.objects.get(name="administrator")
    assert f'value="{highest.pk}"' not in door.get(page(clerk)).content.decode()
    answer = door.send(page(clerk), form_of(clerk, groups=[highest.pk]))
    assert errors(answer)
    with pytest.raises(Forbidden):
        operations.update_staff(clerk.pk, changes={}, group_ids=[highest.pk], by=clerk)
    assert fresh(clerk).rights == set(CLERK)


def test_nobody_gives_a_group_a_right_that_they_do_not_hold(people: dict[str, User]) -> None:
    clerk, door = people["clerk"], Pages(people["clerk"])
    own, agents = Group.objects.get(name="clerks"), Group.objects.get(name="agent")
    path = f"/admin/auth/group/{own.pk}/change/"
    assert 'value="audit.view" disabled' in door.get(path).content.decode()
    assert door.send(path, {"name": "clerks", "rights": [*CLERK, "audit.view"]}).status_code == 403
    assert door.send("/admin/auth/group/add/", {"name": "new", "rights": ["audit.view"]}).status_code == 403
    path = f"/admin/auth/group/{agents.pk}/change/"
    assert door.get(path).status_code == 200
    assert door.send(path, {"name": "agent", "rights": ["users.manage"]}, **TOKEN).status_code == 403
    assert fresh(clerk).rights == set(CLERK)
    assert agents.permissions.count() == len(DEFAULT_GROUPS["agent"])
    assert door.send("/admin/auth/group/add/", {"name": "new", "rights": ["users.manage"]}).status_code == 302


def only_one(english: Cast) -> User:
    User.objects.filter(role=Role.ADMINISTRATOR).exclude(pk=english.administrator.pk).update(is_active=False)
    return english.administrator


def test_the_last_administrator_keeps_role_groups_and_rights(english: Cast) -> None:
    me = only_one(english)
    door, everything = Pages(me), Group.objects.get(name="administrator")
    for changes in ({"groups": None}, {"role": "agent"}):
        answer = door.send(page(me), form_of(me, **changes))
        assert "This is the last administrator. Make another one first." in errors(answer)
    form = {"name": "administrator", "rights": ["users.manage"]}
    answer = door.send(f"/admin/auth/group/{everything.pk}/change/", form)
    assert "This is the last administrator. Make another one first." in " ".join(errors(answer))
    now = fresh(me)
    assert (now.role, now.rights) == ("administrator", me.rights)
    operations.update_staff(staff("second", Role.ADMINISTRATOR).pk, changes={"name": "Second"}, by=me)
    assert door.send(page(me), form_of(me, groups=None)).status_code == 302


def test_two_administrators_cannot_disable_each_other_at_once(committed_cast: Cast) -> None:
    first, second = committed_cast.administrator, staff("second", Role.ADMINISTRATOR)
    User.objects.filter(role=Role.ADMINISTRATOR).exclude(pk__in=[first.pk, second.pk]).update(is_active=False)
    ready, refused = threading.Barrier(2), []

    def disable(target: User, by: User) -> None:
        ready.wait(10)
        try:
            operations.set_active(target.pk, active=False, by=by)
        except Invalid:
            refused.append(by.pk)
        connection.close()

    threads = [threading.Thread(target=disable, args=pair) for pair in ((first, second), (second, first))]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(refused) == 1
    assert User.objects.filter(pk__in=[first.pk, second.pk], is_active=True).count() == 1
