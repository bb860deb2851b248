"""Measure whether the SLA monitor keeps up, for health checks and metrics."""

from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError
from prometheus_client import Gauge

from core import clock
from core.periodic import last_run
from tickets.models import Ticket

MONITOR = "sla-monitor"
GRACE_SECONDS = 120
LATE_SECONDS = 300


def monitor_age() -> float:
    """Return the seconds since the SLA monitor's last round began; infinite before the first."""
    began = last_run(MONITOR)
    return (clock.now() - began).total_seconds() if began else float("inf")


def monitor_lag() -> float:
    """Return for how many seconds the ticket that has waited longest for the SLA monitor has been due; 0 for none."""
    now = clock.now()
    due = Ticket.objects.filter(check_at__lt=now).order_by("check_at").values_list("check_at", flat=True).first()
    return (now - due).total_seconds() if due else 0.0


def sla_monitor() -> None:
    """Raise RuntimeError when the SLA monitor does not run, or is behind: what falls due waits a round at most."""
    age, lag, interval = monitor_age(), monitor_lag(), settings.SLA["sweep_seconds"]
    if age > interval + GRACE_SECONDS or lag > interval + LATE_SECONDS:
        raise RuntimeError(f"last round {age:.0f} s ago, {lag:.0f} s behind")


def _age_or_nan() -> float:
    try:
        return monitor_age()
    except DatabaseError:
        return float("nan")


def _lag_or_nan() -> float:
    try:
        return monitor_lag()
    except DatabaseError:
        return float("nan")


Gauge("support_sla_monitor_age_seconds", "Seconds since the SLA monitor's last round began").set_function(_age_or_nan)
Gauge("support_sla_monitor_lag_seconds", "Seconds for which a ticket waits for the SLA monitor").set_function(
    _lag_or_nan
)
