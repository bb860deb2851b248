"""Report the state of each channel: on or off and why, paused or not, what waits and what failed."""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Count, Min

from notifications.channels import CHANNELS, is_configured, missing
from notifications.models import OPEN, ChannelPause, Delivery, State

TROUBLE = (State.FAILED, State.PARKED, State.UNKNOWN)


@dataclass
class ChannelState:
    """`missing` names the settings it lacks; `counts` are its deliveries by state; `oldest` is the longest due."""

    channel: str
    is_on: bool
    missing: list[str]
    pause: ChannelPause | None
    counts: dict[str, int] = field(default_factory=dict)
    oldest: datetime.datetime | None = None

    @property
    def waiting(self) -> int:
        return sum(self.counts.get(state, 0) for state in OPEN)

    @property
    def trouble(self) -> int:
        return sum(self.counts.get(state, 0) for state in TROUBLE)


def channel_states(now: datetime.datetime) -> list[ChannelState]:
    """Return the state of every channel that is sent by, in three queries; what was sent is counted for a day."""
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    recent = Delivery.objects.exclude(state=State.CANCELLED).exclude(
        state=State.SENT, sent_at__lt=now - datetime.timedelta(days=1)
    )
    for channel, state, count in recent.order_by().values_list("channel", "state").annotate(Count("pk")):
        counts[channel][state] = count
    due = Delivery.objects.filter(state__in=(State.DUE, State.COLLECTING), due_at__lte=now)
    oldest = dict(due.order_by().values_list("channel").annotate(Min("due_at")))
    pauses = ChannelPause.objects.in_bulk()
    return [
        ChannelState(
            channel, is_configured(channel), missing(channel), pauses.get(channel), counts[channel], oldest.get(channel)
        )
        for channel in CHANNELS
    ]
