"""Workers that die, work at once, or meet what cannot be sent: nothing is lost, nothing silently doubled."""

from __future__ import annotations

import datetime
import os
import random
import signal
import threading
import time
from collections import Counter

import pytest
from django.db import connection
from django.utils import timezone

from notifications.claims import recover
from notifications.expansion import expand_waiting
from notifications.models import Attempt, ChannelPause, Delivery
from notifications.sending import send_due
from tests.notifications.acts import hurry
from tests.notifications.standins import smtp_server
from tests.tickets.acts import opened

KILLS = int(os.environ.get("NOTIFICATION_KILLS", "5"))


@pytest.fixture
def smtp(settings):
    with smtp_server() as server:
        settings.EMAIL_BACKEND = "notifications.channels.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield server


def pending(cast, tickets: int) -> int:
    """So many tickets, each told to its customer and to those who may take it."""
    for number in range(tickets):
        opened(cast.customer, subject=f"Number {number}")
    expand_waiting()
    hurry()
    return Delivery.objects.count()


def killed_worker(after_seconds: float) -> None:
    """A worker of its own process, killed with -9."""
    connection.close()
    child = os.fork()
    if child == 0:
        try:
            send_due("email")
        finally:
            os._exit(0)
    time.sleep(after_seconds)  # the moment of the kill is what is random here
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def leases_run_out() -> None:
    Delivery.objects.filter(state="leased").update(lease_until=timezone.now() - datetime.timedelta(seconds=1))
    recover(timezone.now())
    hurry()
    ChannelPause.objects.all().delete()


def test_of_a_worker_killed_at_random_nothing_is_lost_and_at_most_one_mail_a_kill_is_doubled_and_marked(
    committed_cast, smtp
):
    count, seed = pending(committed_cast, 4 * KILLS), random.randrange(10**6)
    dice = random.Random(seed)
    for _ in range(KILLS):
        killed_worker(dice.uniform(0.02, 0.4))
        leases_run_out()
    while Delivery.objects.filter(state="due").exists():  # one run sends for so many seconds
        send_due("email")
    got = Counter(mail["Message-ID"].split("@")[0].strip("<") for mail in smtp.mails)
    doubled = {uid for uid, times in got.items() if times > 1}
    rows = {str(row.uid): row for row in Delivery.objects.all()}
    assert len(got) == len(rows) == count, f"seed {seed}"
    assert max(got.values()) <= 2
    assert len(doubled) <= KILLS
    assert all(rows[uid].repeated for uid in doubled)
    assert {row.state for row in rows.values()} <= {"sent", "unknown"}
    assert sum(row.state == "unknown" for row in rows.values()) <= KILLS // 2


def test_several_workers_send_each_delivery_once(committed_cast, smtp):
    count = pending(committed_cast, 12)

    def run() -> None:
        send_due("email")
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    send_due("email")
    assert len(smtp.mails) == len({mail["Message-ID"] for mail in smtp.mails}) == count
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
    assert Attempt.objects.filter(outcome="sent").count() == count


def test_one_that_cannot_be_put_into_words_is_parked_with_its_reason_and_blocks_no_other(cast, smtp, monkeypatch):
    pending(cast, 2)
    from notifications import addressing

    speak = addressing.mail

    def fail(slug, entries, *rest):
        if entries[-1]["subject"] == "Number 0" and not entries[-1]["for_staff"]:
            raise KeyError("subject")
        return speak(slug, entries, *rest)

    monkeypatch.setattr(addressing, "mail", fail)
    send_due("email")
    states = Counter(Delivery.objects.values_list("state", flat=True))
    assert states["parked"] == 1
    assert states["sent"] == sum(states.values()) - 1
    assert Delivery.objects.get(state="parked").reason == "KeyError: 'subject'"
