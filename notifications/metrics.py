"""Figures of notifications for Prometheus, read from the database when they are asked for."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import DatabaseError
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from notifications.channel_states import channel_states
from notifications.models import Item


class Figures(Collector):
    """Deliveries by channel and state, the age of what waits longest, and which channels are on or rest."""

    def describe(self) -> Iterable[Metric]:
        """Return nothing: the names are not asked for before there is a database."""
        return []

    def collect(self) -> Iterable[Metric]:
        """Return the figures of this moment; none while the database is away."""
        try:
            return self._figures()
        except DatabaseError:
            return []

    def _figures(self) -> list[Metric]:
        now = timezone.now()
        counts = GaugeMetricFamily(
            "support_notification_deliveries", "Deliveries, those sent within a day", labels=["channel", "state"]
        )
        ages = GaugeMetricFamily(
            "support_notification_oldest_due_seconds", "Age of the delivery that is longest due", labels=["channel"]
        )
        on = GaugeMetricFamily("support_notification_channel_on", "Whether a channel can send", labels=["channel"])
        failures = GaugeMetricFamily(
            "support_notification_channel_failures", "Failures in a row of a channel's provider", labels=["channel"]
        )
        for row in channel_states(now):
            for state, count in row.counts.items():
                counts.add_metric([row.channel, state], count)
            ages.add_metric([row.channel], (now - row.oldest).total_seconds() if row.oldest else 0)
            on.add_metric([row.channel], int(row.is_on))
            failures.add_metric([row.channel], row.pause.failures if row.pause else 0)
        items = GaugeMetricFamily(
            "support_notification_items_waiting",
            "Occasions that are not taken up yet",
            value=Item.objects.filter(expanded_at=None).count(),
        )
        return [counts, ages, on, failures, items]
