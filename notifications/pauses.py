"""A channel whose provider fails rests, the longer the more often; what is to be sent by it waits meanwhile."""

from __future__ import annotations

import datetime

from django.db.models import F

from notifications.models import ChannelPause
from notifications.retry import pause

ENOUGH_FAILURES = 3
"""So many failures in a row are the provider's fault, whatever each may look like."""


def failed(
    channel: str, reason: str, now: datetime.datetime, *, provider_down: bool, retry_after: float | None = None
) -> bool:
    """Count a failure; return whether the channel rests now."""
    ChannelPause.objects.bulk_create([ChannelPause(channel=channel)], ignore_conflicts=True)
    row = ChannelPause.objects.filter(pk=channel)
    row.update(failures=F("failures") + 1, reason=reason[:500])
    failures = row.values_list("failures", flat=True).get()
    if not provider_down and failures < ENOUGH_FAILURES:
        return False
    row.update(paused_until=now + pause(failures, retry_after))
    return True


def worked(channel: str) -> None:
    """Forget the failures before a success."""
    ChannelPause.objects.filter(pk=channel, failures__gt=0).update(failures=0, paused_until=None, reason="")


def resting(now: datetime.datetime) -> dict[str, datetime.datetime]:
    """Return the channels that rest, and until when."""
    rows = ChannelPause.objects.filter(paused_until__gt=now)
    return {row.channel: row.paused_until for row in rows if row.paused_until}
