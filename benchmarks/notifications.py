"""N1: deliveries from the outbox to a mail server and Firebase, and what notify() adds to opening a ticket."""

from __future__ import annotations

import contextlib
import itertools
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from benchmarks.ground import ROOT, Ground
from benchmarks.table import Row

_counted = itertools.count(1)
Message = Any


def deliveries(ground: Ground) -> list[Row]:
    """N1: the outbox of some tickets sent by one worker, against the same messages sent in a bare loop."""
    from notifications.channels import sender

    tickets = max(4, ground.size.tickets // 10_000)  # each is told to its customer and to every agent who may take it
    ours, theirs = [], []
    with _providers():
        _by_the_worker(1, {"email": [], "push": []})  # a worker lives long: its first templates are not counted
        for _ in range(ground.size.rounds):
            sent: dict[str, list[Message]] = {"email": [], "push": []}
            count, seconds = _by_the_worker(tickets, sent)
            ours.append(count / seconds)
            begun = time.perf_counter()
            for channel, messages in sent.items():
                bare = sender(channel)
                bare.open()
                for message in messages:
                    bare.send(message)
                bare.close()
            theirs.append(count / (time.perf_counter() - begun))
    what = "deliveries end to end, one worker, e-mail and push; against the same sends in a bare loop"
    return [Row("N1", what, "/s", ours, theirs), _cost(ground)]


def _by_the_worker(tickets: int, sent: dict[str, list[Message]]) -> tuple[int, float]:
    """Open so many tickets, then expand and send what tells of them; return how many were sent, and the seconds.

    `sent` keeps what went through each channel, for the bare loop.
    """
    from django.utils import timezone

    from notifications import sending
    from notifications.expansion import expand_waiting
    from notifications.models import Delivery, State
    from tickets.operations import NewTicket, create_ticket

    _empty()
    customers = _customers()
    for number in range(tickets):
        subject = f"Number {next(_counted)}"
        create_ticket(NewTicket(subject=subject, description="The screen is broken."), by=customers[number % 50])
    original = sending.sender

    def keeping(channel: str) -> Any:
        made = original(channel)
        send = made.send
        made.send = lambda message: (sent[channel].append(message), send(message))[1]  # type: ignore[method-assign]
        return made

    with mock.patch.object(sending, "sender", keeping):
        begun = time.perf_counter()
        expand_waiting()
        Delivery.objects.filter(state__in=(State.DUE, State.COLLECTING)).update(due_at=timezone.now())
        for channel in sent:
            while sending.send_due(channel):
                pass
        seconds = time.perf_counter() - begun
    return Delivery.objects.filter(state=State.SENT).count(), seconds


def _cost(ground: Ground) -> Row:
    """Return the seconds that opening a ticket takes with notify() and without it, in turns."""
    from tickets import notices
    from tickets.operations import NewTicket, create_ticket

    customers = _customers()

    def run(seconds: float) -> float:
        made, begun = 0, time.perf_counter()
        while time.perf_counter() - begun < seconds:
            create_ticket(NewTicket(subject="A ticket", description="Its text"), by=customers[made % 50])
            made += 1
        return (time.perf_counter() - begun) / made * 1000

    run(min(1.0, ground.size.seconds))
    ours, theirs = [], []
    for _ in range(5 if ground.size.rounds > 1 else 1):
        with mock.patch.object(notices, "notify", _tell_nobody):
            theirs.append(run(ground.size.seconds))
        ours.append(run(ground.size.seconds))
    _empty()
    return Row("N1a", "create ticket with notify(); against the same without it", "ms", ours, theirs)


def _tell_nobody(*given: Any, **named: Any) -> None:
    """Take what notify() takes."""


@contextlib.contextmanager
def _providers() -> Iterator[None]:
    """Have e-mail and push go to sinks in a process of their own."""
    from django.test import override_settings

    from tests.notifications.standins import service_account

    command = [sys.executable, "-m", "benchmarks.sinks"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin
    assert process.stdout
    port, url = process.stdout.readline().split()
    with tempfile.TemporaryDirectory() as folder:
        push = {"service_account_file": service_account(Path(folder), url), "project_id": "", "url": url}
        mail = {
            "EMAIL_BACKEND": "notifications.channels.smtp.EmailBackend",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": int(port),
            "EMAIL_USE_TLS": False,
            "EMAIL_IS_CONFIGURED": True,
        }
        with override_settings(PUSH=push, **mail):
            yield
    process.stdin.close()
    process.wait(10)


def _customers() -> list[Any]:
    """Return 50 customers with an address and a device each."""
    from accounts.models import User
    from notifications.operations import add_device

    people = list(User.objects.filter(role="customer").exclude(email=None).order_by("pk")[:50])
    for user in people:
        add_device(f"bench-{user.pk}", platform="android", by=user)
    return people


def _empty() -> None:
    """Leave nothing to be told, so that each round has its own messages alone."""
    from notifications.models import ChannelPause, Item

    Item.objects.all().delete()
    ChannelPause.objects.all().delete()
