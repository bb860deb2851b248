"""F9 and F10: files of tickets beside the barest writers, and how clients fare while a large one is made."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.ground import ROOT, Ground
from benchmarks.reads import agent
from benchmarks.reports import manager
from benchmarks.table import Row
from benchmarks.web import steady, web

LARGE, MIDDLE, SMALL = 100_000, 20_000, 10_000
"""Tickets in a large workbook, in those whose speed is measured, and in one that the memory of the large is held to."""
PDF_ROWS = 2_000
A_SECOND = 5
"""Requests a second of the client beside an export."""


def files(ground: Ground) -> list[Row]:
    """Measure workbooks, PDFs, the memory of both, and a client beside a large export."""
    from reports.rollups.round import count_all

    large, middle, small = (min(count, ground.size.tickets * count // LARGE) for count in (LARGE, MIDDLE, SMALL))
    pages = min(PDF_ROWS, ground.size.tickets)
    manager()
    while count_all(seconds=600):
        pass
    excel, floor, pdf, long_table = [], [], [], []
    for _ in range(min(ground.size.rounds, 3)):
        excel.append(make("excel", middle))
        floor.append(make("xlsxwriter", middle))
        pdf.append(make("pdf", pages))
        long_table.append(make("long_table", pages))
    little, much, bare = make("excel", small), make("excel", large), make("xlsxwriter", large)
    return [
        _rate("F9", f"Excel of {middle:,} tickets", excel, floor, "rows"),
        Row("F9m", f"peak memory of {large:,} tickets in Excel", "MiB", _memory([much]), _memory([bare])),
        Row("F9f", f"peak memory of {large:,} tickets beside {small:,}", "MiB", _memory([much]), _memory([little])),
        _rate("F10", f"Arabic PDF of {pages:,} tickets", pdf, long_table, "pages"),
        _beside(ground, large),
    ]


def make(kind: str, rows: int) -> dict[str, float]:
    """Make a file in a process of its own: its seconds, rows, pages, and peak memory in MiB."""
    command = [sys.executable, "-m", "benchmarks.file_writers", kind, str(rows)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def _rate(bar: str, what: str, ours: list[dict[str, float]], theirs: list[dict[str, float]], of: str) -> Row:
    rates = [[each[of] / each["seconds"] for each in side] for side in (ours, theirs)]
    return Row(bar, f"{what}, {of}/s", "/s", *rates)


def _memory(found: list[dict[str, float]]) -> list[float]:
    return [each["memory"] for each in found]


def _beside(ground: Ground, rows: int) -> Row:
    """Compare the p95 of a client of the API while a large workbook is made with that of the same client alone."""
    from accounts.tokens import open_family

    path, token, count = "/tickets?limit=25", open_family(agent()).access, max(3 * ground.size.requests, 20)
    with web(1) as [port]:
        steady(port, path, token, A_SECOND, 5)
        alone = steady(port, path, token, A_SECOND, count)
        with _exporting(rows):
            beside = steady(port, path, token, A_SECOND, count)
    what = f"p95 of {A_SECOND} requests/s beside an export of {rows:,} tickets, against alone"
    return Row("F9p", what, "ms", [_p95(beside)], [_p95(alone)])


@contextmanager
def _exporting(rows: int) -> Iterator[None]:
    """Make workbooks one after the other, as the worker does, for as long as this lasts."""
    stop, command = threading.Event(), [sys.executable, "-m", "benchmarks.file_writers", "excel", str(rows)]
    running: list[Any] = []

    def go_on() -> None:
        while not stop.is_set():
            running[:] = [subprocess.Popen(["nice", "-n", "10", *command], cwd=ROOT, stdout=subprocess.DEVNULL)]
            running[0].wait()

    worker = threading.Thread(target=go_on)
    worker.start()
    try:
        yield
    finally:
        stop.set()
        running[0].terminate()
        worker.join()


def _p95(found: list[float]) -> float:
    return sorted(found)[int(len(found) * 0.95)]
