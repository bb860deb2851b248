"""Readiness names what lags or has no room, as degraded: it never takes a web process out that can serve."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core import clock, heartbeats
from core.periodic import mark
from core.stores import client as redis
from tests.client import Client
from tests.tickets.acts import opened
from tickets.health import MONITOR
from tickets.models import Ticket


@pytest.fixture(autouse=True)
def _working(db: None) -> None:
    """Everything runs, until a test says otherwise."""
    heartbeats._told_at.clear()
    for name in ("worker", "beat"):
        heartbeats.tell(name)
    mark(MONITOR, clock.now())


def ready() -> tuple[int, str, set[str]]:
    """The status of readiness, what it says, and which checks failed."""
    answer = Client().get("/health/ready")
    said = answer.json()
    return answer.status_code, said["status"], {name for name, state in said["checks"].items() if state != "ok"}


def figure(name: str, settings: Any) -> float:
    settings.METRICS_TOKEN = "t"
    text = Client().get("/metrics", headers={"Authorization": "Bearer t"}).content.decode()
    [line] = [line for line in text.splitlines() if line.startswith(f"{name} ")]
    return float(line.rpartition(" ")[2])


def test_all_is_well_while_everything_runs() -> None:
    assert ready() == (200, "ok", set())


@pytest.mark.parametrize("process", ["worker", "beat"])
@pytest.mark.parametrize("told", ["long ago", "never"])
def test_a_worker_or_timer_that_stopped_is_degraded(process: str, told: str, settings: Any) -> None:
    if told == "never":
        redis().delete(f"support:heartbeat:{process}")
    else:
        redis().incrbyfloat(f"support:heartbeat:{process}", -61)
    assert ready() == (200, "degraded", {process})
    assert figure(f'support_heartbeat_age_seconds{{process="{process}"}}', settings) > 60


def test_an_sla_monitor_that_stopped_or_is_behind_is_degraded(cast: Any, settings: Any) -> None:
    late = clock.now() - timedelta(seconds=settings.SLA["sweep_seconds"] + 300)
    with clock.at(clock.now() + timedelta(seconds=settings.SLA["sweep_seconds"] + 300)):
        assert ready() == (200, "degraded", {"sla_monitor"})
    assert figure("support_sla_monitor_age_seconds", settings) < 60
    ticket = opened(cast.customer)
    Ticket.objects.filter(pk=ticket["id"]).update(check_at=late + timedelta(seconds=310))
    assert "sla_monitor" not in ready()[2]  # between two rounds
    Ticket.objects.filter(pk=ticket["id"]).update(check_at=late)
    assert ready() == (200, "degraded", {"sla_monitor"})
    assert figure("support_sla_monitor_lag_seconds", settings) > 300


def test_a_temporary_folder_that_takes_nothing_is_degraded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    assert ready() == (200, "degraded", {"temp"})


def test_a_storage_that_takes_nothing_is_degraded(tmp_path: Path, settings: Any) -> None:
    (tmp_path / "file").write_text("not a folder")
    local = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path / "file" / "files"},
    }
    settings.STORAGES = {**settings.STORAGES, "default": local}
    assert ready() == (200, "degraded", {"storage"})


def test_a_disk_that_fills_up_is_degraded_and_in_the_figures(settings: Any) -> None:
    free = figure('support_disk_free_bytes{place="temp"}', settings)
    settings.DISK_FREE_BYTES = int(free) * 2
    assert ready() == (200, "degraded", {"disk"})
    assert free > 0
    assert figure('support_disk_free_bytes{place="data"}', settings) > 0
