"""The worker's tasks: each may run twice at once, and be lost, since the sweep does it all again."""

from celery import shared_task
from django.utils import timezone

from notifications.claims import recover
from notifications.expansion import expand_waiting
from notifications.models import Delivery, State
from notifications.nudge import nudge, taken
from notifications.outbox import EXPAND
from notifications.sending import send_due

SEND = "notifications.send"


@shared_task(name=EXPAND)  # type: ignore[untyped-decorator]
def expand() -> None:
    """Take up the items that wait, and wake the channels that have something to send."""
    taken(EXPAND)
    expand_waiting()
    wake_channels()


@shared_task(name=SEND)  # type: ignore[untyped-decorator]
def send(channel: str) -> None:
    """Send what is due by one channel; the others have tasks of their own."""
    taken(SEND, channel)
    send_due(channel)


@shared_task(name="notifications.sweep")  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Take back what dead workers held, then all that waits; every NOTIFICATIONS["sweep_seconds"]."""
    recover(timezone.now())
    expand()


def wake_channels() -> None:
    """Wake each channel that has a delivery due."""
    due = Delivery.objects.filter(state__in=(State.DUE, State.COLLECTING), due_at__lte=timezone.now())
    for channel in due.order_by().values_list("channel", flat=True).distinct():
        nudge(SEND, channel)
