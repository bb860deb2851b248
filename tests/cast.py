"""The people of every test."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from django.contrib.auth.models import Group, Permission

from accounts.models import Role, Team, TeamMembership, User
from accounts.operations import create_customer, create_staff, start_guest
from audit.recorder import record
from core import clock
from core.operation import operation_scope

PASSWORD = "correct-horse-battery"
_count = itertools.count(1)


@dataclass
class Cast:
    """One of each, and a second customer and agent who have nothing to do with the first."""

    customer: User
    stranger: User
    guest: User
    agent: User
    colleague: User
    outsider: User
    lead: User
    manager: User
    administrator: User
    team: Team

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self.__dict__.items())


def make_cast() -> Cast:
    """People with default rights; `outsider` is an agent who sees only his team's tickets and is in no team.

    Nearly every test begins with them, so their rows are written together, the same that the operations write.
    """
    people = {
        "outsider": _new("outsider", Role.AGENT),
        "lead": _new("lead", Role.LEAD),
        "customer": _new("سارة العتيبي", Role.CUSTOMER, "ar"),
        "stranger": _new("Sam Stranger", Role.CUSTOMER, "en"),
        **{name: _new(name, Role.AGENT) for name in ("agent", "colleague")},
        **{role.value: _new(role.value, role) for role in (Role.MANAGER, Role.ADMINISTRATOR)},
    }
    with operation_scope():
        User.objects.bulk_create(people.values())
        for user in people.values():
            record("USER_CREATED", user, by=None, new={"email": user.email, "name": user.name, "role": user.role})
        _give_rights(people)
        team = Team.objects.create(name_ar=f"المبيعات {next(_count)}", name_en=f"Sales {next(_count)}")
        TeamMembership.objects.create(team=team, user=people["lead"], is_lead=True)
        people["guest"] = start_guest("Guest").user
    found = User.objects.with_rights().in_bulk([user.pk for user in people.values()])
    return Cast(team=team, **{name: found[user.pk] for name, user in people.items()})


def _new(name: str, role: Role, language: str = "ar") -> User:
    """A person who is not stored yet; staff go by the name of their part."""
    part, shown = ("customer", name) if role == Role.CUSTOMER else (name, name.title())
    user = User(
        email=f"{part}{next(_count)}@example.test", name=shown, role=role, language=language, created_at=clock.now()
    )
    user.set_password(PASSWORD)
    return user


def _give_rights(people: dict[str, User]) -> None:
    """The group of each member of staff, and the outsider's two rights."""
    groups = Group.objects.in_bulk(field_name="name")
    members = [user for name, user in people.items() if user.role in groups and name != "outsider"]
    held = User.groups.through
    held.objects.bulk_create(held(user_id=user.pk, group_id=groups[user.role].pk) for user in members)
    some = Permission.objects.filter(content_type__app_label="support", codename__in=["tickets.view", "tickets.reply"])
    own = User.user_permissions.through
    own.objects.bulk_create(own(user_id=people["outsider"].pk, permission_id=each.pk) for each in some)


def customer(name: str = "Customer", language: str = "ar") -> User:
    """Another customer."""
    email = f"customer{next(_count)}@example.test"
    return fresh(create_customer(email, name=name, language=language, password=PASSWORD, by=None))


def staff(name: str, role: str) -> User:
    """Another member of staff with the default rights of a role."""
    return fresh(
        create_staff(f"{name}{next(_count)}@example.test", name=name.title(), role=role, password=PASSWORD, by=None)
    )


def fresh(user: User) -> User:
    """The user as the next request reads him, rights and all."""
    return User.objects.with_rights().get(pk=user.pk)
