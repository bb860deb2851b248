"""Making files: at once for whoever waits, or by the worker into storage."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from typing import IO

import structlog
from django.core.files import File
from django.core.files.storage import default_storage

from core.errors import Problem
from reports.asking import Ask, read_ask
from reports.exports import csv, excel, pdf
from reports.exports.tickets import FILTERS
from reports.models import Export
from reports.operations import end_export, go_on, take_export

log = structlog.get_logger(__name__)
Write = Callable[[Ask, str, IO[bytes], Callable[[int], None]], int]
WRITERS: dict[str, tuple[Write, str]] = {
    "excel": (excel.write, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "pdf": (pdf.write, "application/pdf"),
    "csv": (csv.write, "text/csv; charset=utf-8"),
}
IN_MEMORY = 4 * 1024 * 1024


class Stopped(Exception):
    """The export was cancelled, another worker has it, or nobody waits for it any more."""


def made(format_: str, ask: Ask, language: str, has_left: Callable[[], bool]) -> IO[bytes]:
    """Return a small file from its beginning. Raises Stopped once whoever waits for it has left."""

    def done(written: int) -> None:
        if has_left():
            log.info("export_left", format=format_, written=written)
            raise Stopped

    file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115, whoever streams it closes it
    try:
        WRITERS[format_][0](ask, language, file, done)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def run_all() -> int:
    """Make every file that waits, one after the other; returns how many there were."""
    done = 0
    while export := take_export():
        run(export)
        done += 1
    return done


def run(export: Export) -> None:
    """Make one file that this worker has taken; what fails is logged and told, and never tried again by itself."""
    try:
        rows = _into_storage(export)
    except Stopped:
        default_storage.delete(export.key)
    except Exception:
        log.exception("export_failed", export=str(export.pk))
        end_export(export, status=Export.Status.FAILED)
    else:
        end_export(export, status=Export.Status.DONE, rows=rows)


def _into_storage(export: Export) -> int:
    """Write with the rights and the filters as they are now; raises Stopped, or Problem when the rights have gone."""
    language = export.parameters.get("language", "both")
    user = type(export.user).objects.with_rights().get(pk=export.user_id)
    if not user.is_active or not user.has_perm("support.export"):
        raise Problem
    ask = read_ask(export.parameters, user, only=FILTERS)

    def done(written: int) -> None:
        if not go_on(export, written=written):
            raise Stopped

    with tempfile.TemporaryFile() as file:
        rows = WRITERS[export.format][0](ask, language, file, done)
        done(rows)
        file.seek(0)
        default_storage.save(export.key, File(file))
    return rows
