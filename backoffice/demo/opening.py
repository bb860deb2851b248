"""Define what the demo shop has before its first ticket: people, teams, categories and ready answers."""

from __future__ import annotations

import datetime

from django.contrib.auth.hashers import make_password

from accounts.models import User
from accounts.operations import create_customer, create_staff, save_team, set_availability, update_profile
from backoffice.demo.people import CUSTOMERS, PASSWORD, STAFF, Worker
from backoffice.demo.shop import CANNED, CATEGORIES, MACROS, POLICIES, TEAMS, Promise
from core import clock
from tickets.operations import save_calendar, save_canned_response, save_category, save_macro, save_policy
from tickets.operations.sla_policies import PolicyValues, Version
from tickets.sla.models import BusinessCalendar
from tickets.sla.public_holidays import offered
from tickets.states import PRIORITIES

RAMADAN_DAYS = 29
"""At least; the thirtieth, if there is one, is the Eid's eve."""


def open_shop() -> None:
    """Make everything; part of one unit, so that it is there whole or not at all."""
    staff = {worker.mailbox: _hire(worker) for worker in STAFF}
    administrator = User.objects.with_rights().get(pk=staff["admin"].pk)
    for key, name in TEAMS.items():
        members = {staff[one.mailbox].pk: one.leads for one in STAFF if one.team == key}
        save_team(None, name_ar=name.ar, name_en=name.en, active=True, members=members, by=administrator)
    made = _categories(administrator)
    _keep_hours(administrator)
    for policy in POLICIES:
        save_policy(None, _promised(policy, made), by=administrator)
    lead = User.objects.with_rights().get(pk=staff["lead"].pk)
    for shortcut, (title, arabic, english) in CANNED.items():
        words = {"title_ar": title.ar, "title_en": title.en, "body_ar": arabic, "body_en": english}
        save_canned_response(None, changes={**words, "shortcut": shortcut}, by=lead)
    for name, changes in MACROS:
        save_macro(None, changes={"name_ar": name.ar, "name_en": name.en, **changes}, by=lead)
    for person in CUSTOMERS:
        create_customer(person.email, name=person.name, phone=person.phone, language=person.language, by=administrator)
    # One hash for all: hashing it for each would take most of the time of the whole demo.
    User.objects.filter(email__in=[one.email for one in (*STAFF, *CUSTOMERS)]).update(password=make_password(PASSWORD))


def _hire(worker: Worker) -> User:
    user = create_staff(worker.email, name=worker.name, role=worker.role, by=None)
    update_profile(user.pk, changes={"phone": worker.phone, "language": worker.language}, by=user)
    if worker.availability != "offline":
        set_availability(user.pk, status=worker.availability, by=user)
    return user


def _categories(administrator: User) -> dict[str, int]:
    """Make the categories; return their ids by the words of the topics."""
    made: dict[str, int] = {}
    for key, (name, parent) in CATEGORIES.items():
        changes = {"name_ar": name.ar, "name_en": name.en, "parent_id": made.get(parent)}
        made[key] = save_category(None, changes=changes, by=administrator).pk
    return made


def _keep_hours(administrator: User) -> None:
    """Give the site's calendar the holidays of this year and the next, and shorter hours in each Ramadan."""
    calendar = BusinessCalendar.objects.get(is_default=True)
    year = clock.now().year
    holidays = [row for each in (year, year + 1) for row in offered(calendar.holidays, each)]
    days = [datetime.date.fromisoformat(row["from"]) for row in holidays if row["nameEn"].startswith("Eid al-Fitr")]
    eids = {day.year: day for day in reversed(days)}.values()  # the first of each year
    overrides = [
        {
            "from": (eid - datetime.timedelta(days=RAMADAN_DAYS)).isoformat(),
            "to": (eid - datetime.timedelta(days=1)).isoformat(),
            "nameAr": "رمضان",
            "nameEn": "Ramadan",
            "weekly": {day: ["10:00-16:00"] for day in calendar.weekly},
        }
        for eid in eids
    ]
    changes = {"holidays": holidays, "overrides": overrides}
    save_calendar(calendar.pk, changes=changes, by=administrator)


def _promised(promise: Promise, categories: dict[str, int]) -> PolicyValues:
    hours = {"first_response": promise.first_response, "resolution": promise.resolution}
    targets = {
        metric: {name: int(each * 60) for name, each in zip(PRIORITIES, by_priority, strict=True)}
        for metric, by_priority in hours.items()
    }
    targets["next_response"] = targets["first_response"]
    version = Version(
        category_ids=[categories[word] for word in promise.categories],
        calendar_id=None if promise.around_the_clock else BusinessCalendar.objects.get(is_default=True).pk,
        targets=targets,
    )
    return PolicyValues(promise.name.ar, promise.name.en, [version], is_default=not promise.categories)
