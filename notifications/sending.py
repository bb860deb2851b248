"""The worker's part: claims what is due by a channel and sends it, one after the other, until nothing is due."""

from __future__ import annotations

import datetime
import time

import structlog
from django.utils import timezone

from notifications import pauses
from notifications.addressing import Batch
from notifications.channels import configured, sender
from notifications.channels.base import ChannelSender, Message, ProviderDown, Result
from notifications.claims import Ended, Settlement, begin, claim, give_back, settle
from notifications.models import Channel, Delivery, Outcome, State
from notifications.retry import MOST_TRIES, delay

log = structlog.get_logger(__name__)
RUN_SECONDS = 60
LEFT_SECONDS = 45
"""A send begins only with so much of the lease left: more than any provider's time limit."""
FRESH_SECONDS = 5
"""So long what was read for a batch decides who is told; after that it is read anew for what is left of it."""


def send_due(channel: str, run_seconds: float = RUN_SECONDS) -> int:
    """Send what is due by a channel, for about `run_seconds`; return how many deliveries were settled.

    Ends early when the channel's provider fails: it rests then, and the others are not kept.
    """
    done, ends = 0, time.monotonic() + run_seconds
    while time.monotonic() < ends and channel in configured() and channel not in pauses.resting(timezone.now()):
        deliveries = claim(channel, timezone.now())
        if not deliveries:
            break
        done += _send(channel, deliveries)
    return done


def _send(channel: str, deliveries: list[Delivery]) -> int:
    """Send a batch; what was not begun is due again, whatever happens."""
    opened, waiting = sender(channel), list(deliveries)
    try:
        opened.open()
        run = _Run(channel, opened)
        while waiting and _lease_holds(waiting[0]) and run.goes_on:
            run.send(waiting)
    except ProviderDown as error:
        pauses.failed(channel, str(error), timezone.now(), provider_down=True)
    finally:
        give_back(waiting)
        opened.close()
    return len(deliveries) - len(waiting)


def _lease_holds(delivery: Delivery) -> bool:
    left = datetime.timedelta(seconds=LEFT_SECONDS)
    return delivery.lease_until is not None and delivery.lease_until - timezone.now() > left


class _Run:
    """Sends a batch by one open channel; how a delivery ended is written together with the beginning of the next."""

    def __init__(self, channel: str, opened: ChannelSender) -> None:
        self.channel, self.opened = channel, opened
        self.goes_on = True
        self._may_have_failed = True  # as far as is known: another worker's failures count as well
        self._ended: Ended | None = None

    def send(self, waiting: list[Delivery]) -> None:
        """Take deliveries from the head of a list and send them, for as long as what was read for them is fresh."""
        batch = Batch(waiting)
        messages = {delivery.pk: _prepared(batch, delivery) for delivery in waiting}
        until = time.monotonic() + FRESH_SECONDS
        try:
            while waiting and _lease_holds(waiting[0]) and self.goes_on and time.monotonic() < until:
                delivery = waiting.pop(0)
                self._send_one(delivery, messages[delivery.pk])
        finally:
            if self._ended:
                settle(self._ended)
                self._ended = None

    def _send_one(self, delivery: Delivery, message: Message | Settlement) -> None:
        if isinstance(message, Settlement):
            settle(Ended(delivery, message, timezone.now()))
            return
        attempt = begin(delivery, timezone.now(), before=self._ended)
        self._ended = None
        if attempt is None:
            return
        result = _result(self.opened, delivery, message)
        delivery.reached = sorted({*delivery.reached, *result.reached})
        self._ended = Ended(delivery, _end(delivery, result), timezone.now(), attempt, result.outcome)
        self._count(result, timezone.now())

    def _count(self, result: Result, now: datetime.datetime) -> None:
        """Count failures of the channel, and forget them at a success; say whether it can go on now."""
        if result.outcome in {Outcome.RETRY, Outcome.UNKNOWN}:
            down, after = result.provider_down, result.retry_after
            rests = pauses.failed(self.channel, result.reason, now, provider_down=down, retry_after=after)
            self.goes_on, self._may_have_failed = not rests, True
        elif result.outcome == Outcome.SENT and self._may_have_failed:
            pauses.worked(self.channel)
            self._may_have_failed = False


def _result(opened: ChannelSender, delivery: Delivery, message: Message) -> Result:
    """Return what became of a send; what breaks in our own code parks the delivery alone."""
    try:
        return opened.send(message)
    except Exception as error:
        log.exception("delivery_broken", delivery=str(delivery.uid))
        return Result(Outcome.BROKEN, f"{type(error).__name__}: {error}")


def _prepared(batch: Batch, delivery: Delivery) -> Message | Settlement:
    """Return the message; one that cannot be put into words is parked with the reason."""
    try:
        return batch.message(delivery, timezone.now())
    except Exception as error:
        log.exception("delivery_unspeakable", delivery=str(delivery.uid))
        return Settlement(State.PARKED, f"{type(error).__name__}: {error}")


def _end(delivery: Delivery, result: Result) -> Settlement:
    """Return what becomes of a delivery after a try.

    An answer that is missing: an e-mail is sent once more under its Message-ID, a push again under its key, an SMS
    never. After MOST_TRIES it is parked.
    """
    if result.outcome == Outcome.SENT:
        return Settlement(State.SENT)
    if result.outcome == Outcome.REFUSED:
        return Settlement(State.FAILED, result.reason)
    if result.outcome == Outcome.BROKEN:
        return Settlement(State.PARKED, result.reason)
    missing = result.outcome == Outcome.UNKNOWN
    if missing and (delivery.channel == Channel.SMS or (delivery.channel == Channel.EMAIL and delivery.repeated)):
        return Settlement(State.UNKNOWN, result.reason)
    if delivery.tries >= MOST_TRIES:
        return Settlement(State.PARKED, f"Given up after {delivery.tries} attempts. {result.reason}")
    due_at = timezone.now() + delay(delivery.tries, result.retry_after)
    return Settlement(State.DUE, result.reason, due_at=due_at, repeated=missing)
