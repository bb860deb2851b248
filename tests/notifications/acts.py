"""Define what the worker does in these tests, in the test's own transaction, and what came of it."""

from __future__ import annotations

import datetime
from email.message import Message
from typing import Any

from django.core import mail
from django.utils import timezone

from accounts.models import User
from notifications.expansion import expand_waiting
from notifications.models import Channel, Delivery, State
from notifications.sending import send_due
from tests.api import Api, data


def work(*, skip_waiting: bool = True) -> None:
    """Do what the worker does until nothing is left; what collects or waits for a retry is not waited for."""
    expand_waiting()
    if skip_waiting:
        hurry()
    for channel in Channel.values[1:]:
        send_due(channel)


def hurry() -> None:
    """Make everything that waits for its time due."""
    now = timezone.now() - datetime.timedelta(seconds=1)
    Delivery.objects.filter(state__in=(State.DUE, State.COLLECTING), due_at__gt=now).update(due_at=now)


def mails_to(user: User) -> list[Any]:
    return [message for message in mail.outbox if message.to == [user.address]]


def subjects(user: User) -> list[str]:
    return [message.subject for message in mails_to(user)]


def listed(user: User) -> list[dict[str, Any]]:
    """A person's notifications as they read them, newest first."""
    return data(Api(user).get("/notifications"))


def kinds_of(user: User) -> list[str]:
    return [row["kind"] for row in listed(user)]


def headers(message: Any) -> Message:
    return message.message()
