"""Define what nobody attached and what nobody named goes after a day; all else stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from accounts.models import User
from core.sweeps import run_all
from uploads import storing
from uploads.incoming import IncomingFile
from uploads.models import Attachment, UnnamedKey
from uploads.operations import attach, store_files
from uploads.sweeps import orphans

pytestmark = pytest.mark.django_db


def file_of(by: User, name: str = "a.txt") -> Attachment:
    return store_files([IncomingFile.of(name, b"hello")], by=by)[0]


def in_hours(hours: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(hours=hours))


def test_an_unattached_file_goes_after_a_day(cast: Any, stored: Callable[[], list[Path]]) -> None:
    file_of(cast.customer)
    with in_hours(23.9):
        orphans()
    assert Attachment.objects.count() == len(stored()) == 1
    with in_hours(24.1):
        orphans()
    assert Attachment.objects.count() == len(stored()) == UnnamedKey.objects.count() == 0


def test_an_attached_file_stays(cast: Any, stored: Callable[[], list[Path]]) -> None:
    file = file_of(cast.customer)
    attach([str(file.pk)], owner_type="message", owner_id=1, by=cast.customer)
    with in_hours(10_000):
        orphans()
    assert Attachment.objects.count() == len(stored()) == 1


def test_a_file_that_was_never_named_goes_after_a_day(
    cast: Any, stored: Callable[[], list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("uploads.operations.keep_files", lambda files, by: [None])
    store_files([IncomingFile.of("a.txt", b"hello")], by=cast.customer)
    with in_hours(23.9):
        orphans()
    assert len(stored()) == UnnamedKey.objects.count() == 1
    with in_hours(24.1):
        orphans()
    assert len(stored()) == UnnamedKey.objects.count() == 0


def test_a_file_already_gone_does_not_stop_the_sweep(cast: Any, stored: Callable[[], list[Path]]) -> None:
    file_of(cast.customer)
    file_of(cast.customer)
    stored()[0].unlink()
    with in_hours(25):
        orphans()
    assert not UnnamedKey.objects.exists()
    assert stored() == []


def test_a_file_that_cannot_be_removed_is_tried_again_and_the_others_go(
    cast: Any, stored: Callable[[], list[Path]]
) -> None:
    stuck = file_of(cast.customer)
    file_of(cast.customer)
    path = next(path for path in stored() if path.name == stuck.pk.hex)
    path.unlink()
    path.mkdir()
    (path / "in the way").write_bytes(b"x")
    with in_hours(25):
        orphans()
        [row] = UnnamedKey.objects.all()
        assert row.key == stuck.key
        assert row.due_at > timezone.now() + timedelta(minutes=59)
    assert [found.name for found in stored()] == ["in the way"]


def test_a_sweep_takes_a_bounded_number_and_the_next_takes_on(
    cast: Any, stored: Callable[[], list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("uploads.sweeps.AT_ONCE", 2)
    for _ in range(3):
        file_of(cast.customer)
    with in_hours(25):
        orphans()
        assert len(stored()) == 1
        orphans()
    assert stored() == []


def test_the_sweep_is_one_of_those_the_timer_runs(cast: Any, stored: Callable[[], list[Path]]) -> None:
    assert "uploads.sweeps.orphans" in settings.SWEEPS
    file_of(cast.customer)
    with in_hours(25):
        run_all()
    assert stored() == []


def test_discarded_files_are_due_at_once(cast: Any, stored: Callable[[], list[Path]]) -> None:
    [key] = [storing.StoredFile(file_of(cast.customer).pk, "attachments/aa/x", "x", "text/plain", 1, False)]
    UnnamedKey.objects.create(key=key.key, due_at=timezone.now() + timedelta(hours=5))
    storing.discard([key])
    orphans()
    assert not UnnamedKey.objects.exists()
    assert len(stored()) == 1
