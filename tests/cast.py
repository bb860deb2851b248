"""The people of every test."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from django.contrib.auth.models import Permission

from accounts.models import Role, Team, TeamMembership, User
from accounts.operations import create_customer, create_staff, start_guest

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
    """People with default rights; `outsider` is an agent who sees only his team's tickets and is in no team."""
    outsider = staff("outsider", Role.AGENT)
    outsider.groups.clear()
    some = Permission.objects.filter(content_type__app_label="support", codename__in=["tickets.view", "tickets.reply"])
    outsider.user_permissions.set(some)
    team = Team.objects.create(name_ar=f"المبيعات {next(_count)}", name_en=f"Sales {next(_count)}")
    lead = staff("lead", Role.LEAD)
    TeamMembership.objects.create(team=team, user=lead, is_lead=True)
    return Cast(
        customer=customer("سارة العتيبي", "ar"),
        stranger=customer("Sam Stranger", "en"),
        guest=fresh(start_guest("Guest").user),
        agent=staff("agent", Role.AGENT),
        colleague=staff("colleague", Role.AGENT),
        outsider=fresh(outsider),
        lead=lead,
        manager=staff("manager", Role.MANAGER),
        administrator=staff("administrator", Role.ADMINISTRATOR),
        team=team,
    )


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
