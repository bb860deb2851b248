"""Figures of the SLA monitor for Prometheus: when its last round ended, and how far it is behind."""

from __future__ import annotations

from collections.abc import Iterable

import structlog
from django.db import DatabaseError
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from core import clock
from core.periodic import last_run
from tickets.models import Ticket

log = structlog.get_logger(__name__)
ROUND_ENDED = "sla-monitor-ended"
"""The name under which the end of each round is marked."""


class SlaCollector(Collector):
    """Reads the database when Prometheus asks, since the monitor works in another process."""

    def describe(self) -> Iterable[Metric]:
        """Return the figures without values, so that registering asks nothing of the database."""
        return [_heartbeat(), _lag()]

    def collect(self) -> Iterable[Metric]:
        """Return both figures by two small queries; none while the database does not answer."""
        try:
            ended = last_run(ROUND_ENDED)
            oldest = Ticket.objects.filter(check_at__lt=(now := clock.now())).order_by("check_at")
            since = oldest.values_list("check_at", flat=True).first()
        except DatabaseError:
            log.warning("sla_figures_unread")
            return []
        heartbeat, lag = _heartbeat(), _lag()
        heartbeat.add_metric([], ended.timestamp() if ended else 0)
        lag.add_metric([], (now - since).total_seconds() if since else 0)
        return [heartbeat, lag]


def _heartbeat() -> GaugeMetricFamily:
    return GaugeMetricFamily("support_sla_monitor_ended_timestamp_seconds", "When the last round of the monitor ended")


def _lag() -> GaugeMetricFamily:
    return GaugeMetricFamily("support_sla_lag_seconds", "How long ago the ticket was due that waits longest for a look")
