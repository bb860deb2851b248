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
from notifications.claims import Settlement, begin, claim, give_back, settle
from notifications.models import Channel, Delivery, Outcome, State
from notifications.retry import MOST_TRIES, delay

log = structlog.get_logger(__name__)
RUN_SECONDS = 60
LEFT_SECONDS = 45
"""A send begins only with so much of the lease left: more than any provider's time limit."""


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
        batch = Batch(deliveries)
        while waiting and _lease_holds(waiting[0]):
            if not _send_one(opened, batch, waiting.pop(0)):
                break
    except ProviderDown as error:
        pauses.failed(channel, str(error), timezone.now(), provider_down=True)
    finally:
        give_back(waiting)
        opened.close()
    return len(deliveries) - len(waiting)


def _lease_holds(delivery: Delivery) -> bool:
    left = datetime.timedelta(seconds=LEFT_SECONDS)
    return delivery.lease_until is not None and delivery.lease_until - timezone.now() > left


def _send_one(opened: ChannelSender, batch: Batch, delivery: Delivery) -> bool:
    """Send one delivery; return whether the batch goes on."""
    message = _prepared(batch, delivery)
    if isinstance(message, Settlement):
        settle(delivery, message, timezone.now())
        return True
    attempt = begin(delivery, timezone.now())
    if attempt is None:
        return True
    try:
        result = opened.send(message)
    except Exception as error:
        log.exception("delivery_broken", delivery=str(delivery.uid))
        result = Result(Outcome.BROKEN, f"{type(error).__name__}: {error}")
    delivery.reached = sorted({*delivery.reached, *result.reached})
    end, now = _end(delivery, result), timezone.now()
    settle(delivery, end, now, attempt=attempt, outcome=result.outcome)
    return _goes_on(delivery.channel, result, now)


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


def _goes_on(channel: str, result: Result, now: datetime.datetime) -> bool:
    """Count successes and failures of the channel; return whether it can go on now."""
    if result.outcome in {Outcome.RETRY, Outcome.UNKNOWN}:
        down, after = result.provider_down, result.retry_after
        return not pauses.failed(channel, result.reason, now, provider_down=down, retry_after=after)
    if result.outcome == Outcome.SENT:
        pauses.worked(channel)
    return True
