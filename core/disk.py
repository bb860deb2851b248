"""Room on the disks that this process writes to: read by health checks and metrics."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from django.conf import settings
from prometheus_client import Gauge


def places() -> dict[str, Path]:
    """Return the folders that are watched: `data` holds files and an embedded database, `temp` large bodies."""
    found = {"data": settings.DATA_DIR, "temp": Path(tempfile.gettempdir())}
    return {name: folder for name, folder in found.items() if folder.exists()}


def temp() -> None:
    """The temporary folder takes a file."""
    with tempfile.TemporaryFile() as file:
        file.write(b"ok")
        file.flush()


def disk() -> None:
    """Every watched disk has DISK_FREE_BYTES left."""
    for name, folder in places().items():
        free = shutil.disk_usage(folder).free
        if free < settings.DISK_FREE_BYTES:
            raise RuntimeError(f"{name} has {free} bytes left")


def _free(name: str) -> float:
    try:
        return float(shutil.disk_usage(places()[name]).free)
    except (OSError, KeyError):
        return float("nan")


FREE = Gauge("support_disk_free_bytes", "Bytes left on the disk of a folder", ["place"])
FREE.labels("data").set_function(lambda: _free("data"))
FREE.labels("temp").set_function(lambda: _free("temp"))
