"""Say who is told at the moment of sending, and when: lost rights, mute, quiet hours, the digest, defaults."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.core import mail

from accounts.models import User
from accounts.operations import set_active
from notifications import operations
from notifications.expansion import expand_waiting
from notifications.models import Channel, Delivery, Notification, Settings
from notifications.sending import send_due
from tests.api import Api, data
from tests.chat import acts as chats
from tests.notifications.acts import headers, hurry, kinds_of, mails_to, subjects, work
from tests.tickets.acts import act, given, moved, opened, replied

NIGHT = datetime.datetime(2026, 3, 1, 20, 30, tzinfo=datetime.UTC)
"""Half past eleven at night in Riyadh."""


@pytest.fixture
def ticket(cast):
    """The agent's ticket, of which everybody has been told."""
    found = given(cast.lead, opened(cast.customer), cast.agent)
    work()
    mail.outbox.clear()
    return found


def state_of(user: User, kind: str) -> str:
    return Delivery.objects.get(recipient=user, kind=kind, channel="email").state


def test_who_lost_the_ticket_before_the_mail_went_is_told_nothing_of_it(cast, ticket):
    given(cast.lead, ticket, cast.colleague)
    expand_waiting()
    given(cast.lead, ticket, cast.agent)
    work()
    assert mails_to(cast.colleague) == []
    assert state_of(cast.colleague, "ticket-assigned") == "cancelled"
    assert len(mails_to(cast.agent)) == 1


def test_who_was_disabled_or_lost_the_right_is_told_nothing(cast):
    opened(cast.customer)
    expand_waiting()
    set_active(cast.colleague.pk, active=False, by=cast.administrator)
    cast.outsider.user_permissions.clear()
    work()
    assert mails_to(cast.colleague) == mails_to(cast.outsider) == []
    assert len(mails_to(cast.agent)) == 1


def test_who_was_disabled_before_is_not_even_listed(cast):
    set_active(cast.colleague.pk, active=False, by=cast.administrator)
    opened(cast.customer)
    work()
    assert not Notification.objects.filter(recipient=cast.colleague).exists()


def test_a_customer_whose_address_was_erased_gets_no_mail(cast, ticket):
    replied(cast.agent, ticket, "Hello")
    expand_waiting()
    User.objects.filter(pk=cast.customer.pk).update(is_active=False, email="erased@example.test", name="")
    work()
    assert mail.outbox == []
    assert state_of(cast.customer, "ticket-replied") == "cancelled"


def test_a_muted_ticket_tells_nothing_until_it_is_unmuted_and_the_others_still_do(cast, ticket):
    other = opened(cast.customer, subject="Another")
    work()
    mail.outbox.clear()
    before = kinds_of(cast.customer)
    data(Api(cast.customer).put(f"/tickets/{ticket['id']}/mute"))
    replied(cast.agent, ticket, "Not heard")
    replied(cast.agent, other, "Heard")
    work()
    assert [mail.subject for mail in mails_to(cast.customer)] == [subjects(cast.customer)[0]]
    assert kinds_of(cast.customer) == ["ticket-replied", *before]
    data(Api(cast.customer).delete(f"/tickets/{ticket['id']}/mute"))
    replied(cast.agent, ticket, "Heard again")
    work()
    assert len(mails_to(cast.customer)) == 2


def test_a_ticket_that_is_muted_while_its_mail_waits_sends_none(cast, ticket):
    replied(cast.agent, ticket, "Waits")
    expand_waiting()
    data(Api(cast.customer).put(f"/tickets/{ticket['id']}/mute"))
    work()
    assert mails_to(cast.customer) == []


def sleeps(user: User, start: str = "22:00", end: str = "07:00", zone: str = "") -> None:
    hours = {"start": start, "end": end, **({"timezone": zone} if zone else {})}
    data(Api(user).put("/notifications/settings", {"quietHours": hours}))


def sent(user: User) -> list[str]:
    """Send what is due at this moment; return the subjects of the mails that went to this person."""
    expand_waiting()
    send_due(Channel.EMAIL)
    return subjects(user)


def test_what_comes_at_night_arrives_as_one_digest_in_the_morning_and_in_the_list_at_once(cast):
    User.objects.filter(pk=cast.customer.pk).update(language="en")
    with time_machine.travel(NIGHT, tick=False) as clock:
        sleeps(cast.customer)
        first, second = opened(cast.customer), opened(cast.customer, subject="Second")
        replied(cast.agent, first, "Answer")
        moved(cast.agent, second, "resolved")
        assert sent(cast.customer) == []
        assert len(kinds_of(cast.customer)) == 4
        digest = Delivery.objects.get(recipient=cast.customer, kind="digest", channel="email")
        assert (digest.state, digest.due_at) == ("collecting", datetime.datetime(2026, 3, 2, 4, 0, tzinfo=datetime.UTC))
        clock.move_to(digest.due_at + datetime.timedelta(seconds=1))
        assert len(sent(cast.customer)) == 1
        [mailed] = mails_to(cast.customer)
        assert first["ticketNumber"] in mailed.body
        assert second["ticketNumber"] in mailed.body
        assert Delivery.objects.get(pk=digest.pk).state == "sent"
        replied(cast.agent, first, "In the daytime")
        sent(cast.customer)
        clock.shift(120)
        assert len(sent(cast.customer)) == 2


def test_hours_are_those_of_the_persons_own_zone(cast):
    with time_machine.travel(NIGHT, tick=False):
        sleeps(cast.customer, zone="America/New_York")
        opened(cast.customer)
        assert len(sent(cast.customer)) == 1


def test_quiet_hours_that_end_the_same_day_are_kept(cast):
    with time_machine.travel(NIGHT, tick=False):
        sleeps(cast.customer, "23:00", "23:45")
        opened(cast.customer)
        assert sent(cast.customer) == []
    with time_machine.travel(NIGHT + datetime.timedelta(minutes=20), tick=False):
        assert len(sent(cast.customer)) == 1


def test_urgent_and_chat_kinds_come_through(cast):
    with time_machine.travel(NIGHT, tick=False):
        for person in (cast.customer, cast.lead, cast.colleague):
            sleeps(person)
        ticket = opened(cast.customer)
        act(cast.agent, ticket, "escalate", {"reason": "VIP", "agentId": str(cast.colleague.pk)})
        chats.active(cast.customer, cast.agent)
        assert len(sent(cast.lead)) == 1
        assert [row.kind for row in Delivery.objects.filter(recipient=cast.customer, state="sent")] == ["chat-accepted"]


def test_quiet_hours_that_begin_while_a_mail_waits_hold_it_back(cast, ticket):
    replied(cast.agent, ticket, "Late")
    expand_waiting()
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)
    end = start + datetime.timedelta(hours=3)
    sleeps(cast.customer, f"{start:%H:%M}", f"{end:%H:%M}", "UTC")
    hurry()
    send_due(Channel.EMAIL)
    assert mails_to(cast.customer) == []
    assert state_of(cast.customer, "ticket-replied") == "due"
    Settings.objects.all().delete()
    work()
    assert len(mails_to(cast.customer)) == 1


def test_the_administrators_defaults_hold_for_those_who_chose_nothing(cast):
    mine = {"ticket-created": {"email": True}}
    data(Api(cast.agent).put("/notifications/preferences", mine))
    off = {"ticket-created": {"email": False, "in_app": False}}
    operations.set_defaults(off, audience="staff", by=cast.administrator)
    opened(cast.customer)
    work()
    assert len(mails_to(cast.agent)) == len(mails_to(cast.customer)) == 1
    assert mails_to(cast.colleague) == []
    assert kinds_of(cast.colleague) == []
    assert data(Api(cast.colleague).get("/notifications/preferences"))["ticket-created"]["email"] is False


def test_nobody_is_told_of_their_own_acts(cast, ticket):
    replied(cast.agent, ticket, "Hello")
    given(cast.agent, ticket, cast.agent)
    work()
    assert mails_to(cast.agent) == []


def test_what_is_older_than_a_day_is_listed_as_read_and_sends_nothing(cast, settings):
    with time_machine.travel(datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=25), tick=False):
        opened(cast.customer)
    work()
    assert mail.outbox == []
    [row] = Notification.objects.filter(recipient=cast.customer)
    assert row.read_at == row.created_at


def test_those_who_read_the_same_text_get_a_link_each_that_unsubscribes_them_alone(cast):
    opened(cast.customer)
    work()
    agents = [mails_to(person) for person in (cast.agent, cast.colleague)]
    links = [headers(sent_to)["List-Unsubscribe"].strip("<>") for [sent_to] in agents]
    assert len(set(links)) == 2
    for [sent_to], link in zip(agents, links, strict=True):
        html = sent_to.alternatives[0].content
        assert link in html
        assert ".invalid" not in html + sent_to.body
