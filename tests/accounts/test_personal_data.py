"""Give out and forget what is known of a person at the command line; notifications are among it."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from audit.models import Detail, Entry
from notifications.expansion import expand_waiting
from notifications.models import Delivery, Device, Item, Mute, Notification, Preference, Settings
from tests.api import Api, data, refusal
from tests.cast import PASSWORD
from tests.notifications.acts import mails_to, work
from tests.tickets.acts import opened, replied

pytestmark = pytest.mark.django_db
OF_A_PERSON = (Preference, Settings, Mute, Device)
TOKEN = "device-token-of-the-customer"


def told(act: str, user: Any) -> str:
    said = StringIO()
    call_command("personal_data", act, str(user), stdout=said)
    return said.getvalue()


@pytest.fixture
def known(cast):
    """Leave in every table of notifications a row of the customer's and one of a stranger's."""
    for person in (cast.customer, cast.stranger):
        api = Api(person)
        ticket = opened(person)
        replied(cast.agent, ticket, "An answer")
        work()
        data(api.put(f"/tickets/{ticket['id']}/mute"))
        data(api.put("/notifications/preferences", {"ticket-replied": {"push": False}}))
        data(api.put("/notifications/settings", {"quietHours": {"start": "22:00", "end": "07:00"}}))
        device = {"token": TOKEN if person == cast.customer else "of-a-stranger", "platform": "android"}
        data(api.post("/notifications/devices", device), 201)
    return cast


def rows_of(user: User) -> dict[str, int]:
    found = {model.__name__: model.objects.filter(user=user).count() for model in OF_A_PERSON}
    return found | {model.__name__: model.objects.filter(recipient=user).count() for model in (Notification, Delivery)}


def test_an_export_holds_the_account_and_all_that_notifications_know(known):
    found = json.loads(told("export", known.customer.email))
    assert found["account"]["email"] == known.customer.email
    assert {row["kind"] for row in found["notifications"]} == {"ticket-created", "ticket-replied"}
    assert all(row["title"] for row in found["notifications"])
    assert {(row["channel"], row["state"]) for row in found["deliveries"]} == {("email", "sent")}
    assert found["notification_preferences"] == [{"kind": "ticket-replied", "channel": "push", "enabled": False}]
    assert found["notification_settings"]["quiet_start"] == "22:00:00"
    assert [row["platform"] for row in found["devices"]] == ["android"]
    assert len(found["muted"]) == 1
    assert TOKEN not in json.dumps(found)
    assert Entry.objects.latest("id").action == "PERSONAL_DATA_EXPORTED"


def test_an_erased_person_is_in_no_table_of_notifications_and_a_strangers_rows_stay(known):
    before = rows_of(known.stranger)
    assert set(rows_of(known.customer).values()) >= {1}
    assert "is forgotten" in told("erase", known.customer.pk)
    assert set(rows_of(known.customer).values()) == {0}
    assert rows_of(known.stranger) == before
    assert not Item.objects.filter(notifications=None, parts=None).exists()


def test_an_erased_person_enters_no_more_and_is_told_nothing_of_what_still_waited(known):
    ticket = opened(known.customer)
    replied(known.agent, ticket, "Nobody is to hear this")
    expand_waiting()
    address = known.customer.email
    api = Api(known.customer)
    told("erase", address)
    work()
    assert len(mails_to(known.customer)) == 2, "of the ticket before"
    assert rows_of(known.customer) == dict.fromkeys(rows_of(known.customer), 0)
    refusal(api.get("/notifications"), 401, "unauthenticated")
    refusal(Api().post("/auth/login", {"email": address, "password": PASSWORD}), 401, "unauthenticated")
    user = User.objects.get(pk=known.customer.pk)
    assert (user.email, user.phone, user.is_active) == (f"erased-{user.pk}@erased.invalid", "", False)
    shown = data(Api(known.agent).get(f"/tickets/{ticket['id']}"))
    assert shown["customer"]["name"] == user.name
    assert known.customer.name not in json.dumps(shown, ensure_ascii=False)


def test_the_log_keeps_that_a_person_was_erased_and_no_detail_of_theirs(known):
    told("erase", known.customer.pk)
    about = Entry.objects.filter(entity_type="user", entity_id=str(known.customer.pk))
    assert about.latest("id").action == "PERSONAL_DATA_ERASED"
    details = Detail.objects.filter(entry__in=about).values("entity_name", "actor_name", "old_values", "new_values")
    texts = json.dumps(list(details), ensure_ascii=False)
    assert len(details) == 2, "of being disabled and of being erased"
    assert known.customer.email not in texts
    assert known.customer.name not in texts


def test_active_staff_and_nobody_are_not_erased(cast):
    for who in (cast.agent.pk, "nobody@example.test", 10**12):
        with pytest.raises(CommandError):
            told("erase", who)
    assert User.objects.get(pk=cast.agent.pk).email == cast.agent.email
    User.objects.filter(pk=cast.agent.pk).update(is_active=False)
    told("erase", cast.agent.pk)
    assert User.objects.get(pk=cast.agent.pk).email != cast.agent.email
