"""The rows that every installation begins with are given once, and kept as its people made them."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.catalogue import DEFAULT_GROUPS
from accounts.models import Role, User
from bot.default_rows import RULES
from bot.models import Rule
from config.default_rows import make_default_rows
from core.models import DefaultRows
from tests.database import superuser
from tickets.sla.models import BusinessCalendar


def test_a_new_installation_has_them(db: None) -> None:
    assert {rule.name_en for rule in Rule.objects.all()} == {rule["name_en"] for rule in RULES}
    assert BusinessCalendar.objects.get(is_default=True).weekly["7"] == ["09:00-17:00"]
    assert set(DEFAULT_GROUPS) <= set(Group.objects.values_list("name", flat=True))
    for role in (Role.BOT, Role.SYSTEM):
        assert not User.objects.service(role).has_usable_password()


def test_what_an_administrator_changed_stays_changed(db: None) -> None:
    Rule.objects.filter(name_en="Greeting").update(response_en="Ahoy", priority=99)
    BusinessCalendar.objects.update(weekly={"1": ["10:00-11:00"]}, name_en="Our hours")
    group = Group.objects.get(name="agent")
    group.permissions.clear()
    make_default_rows()
    greeting = Rule.objects.get(name_en="Greeting")
    assert (greeting.response_en, greeting.priority) == ("Ahoy", 99)
    calendar = BusinessCalendar.objects.get()
    assert (calendar.weekly, calendar.name_en) == ({"1": ["10:00-11:00"]}, "Our hours")
    assert group.permissions.count() == 0


def test_what_an_administrator_deleted_stays_deleted(db: None) -> None:
    Rule.objects.filter(name_en="Thanks").delete()
    BusinessCalendar.objects.all().delete()
    make_default_rows()
    assert Rule.objects.count() == len(RULES) - 1
    assert not BusinessCalendar.objects.exists()


def test_repeating_the_step_adds_nothing(db: None) -> None:
    tables = (Rule, BusinessCalendar, Group, User, Permission, DefaultRows)
    before = [table.objects.count() for table in tables]
    make_default_rows()
    make_default_rows()
    assert [table.objects.count() for table in tables] == before


def test_what_the_code_cannot_do_without_comes_back(db: None) -> None:
    Permission.objects.filter(codename="tickets.view").delete()
    Group.objects.filter(name="lead").delete()
    make_default_rows()
    assert Group.objects.get(name="lead").permissions.filter(codename="tickets.view").exists()
    assert Group.objects.get(name="administrator").permissions.filter(codename="tickets.view").exists()


def test_migrate_runs_the_step_and_refuses_a_database_of_another_state(transactional_db: None) -> None:
    Rule.objects.filter(name_en="Greeting").update(priority=98)
    with superuser(connection.settings_dict["NAME"]) as owner:
        owner.execute("delete from auth_group_permissions")
        owner.execute("delete from auth_group where name = 'lead'")
        call_command("migrate", verbosity=0, interactive=False)
        assert Group.objects.filter(name="lead").exists()
        assert Rule.objects.get(name_en="Greeting").priority == 98
        owner.execute("insert into django_migrations (app, name, applied) values ('tickets', '0099_gone', now())")
        with pytest.raises(CommandError, match="tickets.0099_gone"):
            call_command("migrate", verbosity=0, interactive=False)
