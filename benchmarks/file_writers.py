"""Make one file in this process, ours or the floor's, and print what it took.

    python -m benchmarks.file_writers excel 100000

Both sides begin with Django set up, so that their peaks of memory compare. The floor writes the very cells of ours: the
values of a few hundred tickets over and over, read beforehand, without a database, colours or widths.
"""

from __future__ import annotations

import itertools
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import IO, Any

SAMPLE = 500


def main(kind: str, rows: int) -> dict[str, float]:
    """Make a file of so many tickets and return its seconds, rows, pages and peak memory in MiB."""
    import django

    django.setup()
    ask = _asked(rows)
    writer = _WRITERS[kind](ask, rows)
    with tempfile.TemporaryFile() as file:
        begun = time.perf_counter()
        count, pages = writer(file)
        seconds = time.perf_counter() - begun
        if kind == "pdf":
            pages = _pages_of(file)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "rows": count, "pages": pages, "memory": peak}


def _asked(rows: int) -> Any:
    """Return the question of a manager about the first days, as many as hold `rows` tickets."""
    from benchmarks.reports import manager
    from core.days import site_zone
    from reports.asking import Ask
    from reports.periods import Period
    from tickets.models import Ticket

    first = Ticket.objects.order_by("created_at").values_list("created_at", flat=True)[0]
    later = Ticket.objects.filter(merged_into=None).order_by("created_at").values_list("created_at", flat=True)
    last = later[min(rows, later.count()) - 1]
    return Ask(manager(), Period(*(moment.astimezone(site_zone()).date() for moment in (first, last)), site_zone()))


Writer = Callable[[IO[bytes]], tuple[int, int]]


def _excel(ask: Any, _rows: int) -> Writer:
    from reports.exports import excel

    return lambda file: (excel.write(ask, "ar", file, lambda _count: None), 0)


def _pdf(ask: Any, _rows: int) -> Writer:
    from reports.exports import pdf

    return lambda file: (pdf.write(ask, "ar", file, lambda _count: None), 0)


def _values(ask: Any, columns: Any, rows: int) -> Iterator[list[Any]]:
    from reports.exports import tickets

    sample = [
        [column.value(ticket, ask, "ar") for column in columns]
        for ticket in itertools.islice(tickets.each(ask), SAMPLE)
    ]
    return itertools.islice(itertools.cycle(sample), rows)


def _xlsxwriter(ask: Any, rows: int) -> Writer:
    import xlsxwriter

    from reports.exports import tickets

    values = _values(ask, tickets.COLUMNS, rows)

    def write(file: IO[bytes]) -> tuple[int, int]:
        book = xlsxwriter.Workbook(file, {"constant_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"})
        sheet, number = book.add_worksheet(), 0
        for number, row in enumerate(values, 1):
            sheet.write_row(number - 1, 0, row)
        book.close()
        return number, 0

    return write


def _long_table(ask: Any, rows: int) -> Writer:
    from functools import cache

    from arabic_reshaper import reshape
    from bidi.algorithm import get_display
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4, landscape
    from reportlab.platypus import LongTable, SimpleDocTemplate, TableStyle

    from reports.exports import bidi_text, tickets

    shaped = cache(lambda text: get_display(reshape(text)))
    values = list(_values(ask, tickets.BRIEF, rows))

    def write(file: IO[bytes]) -> tuple[int, int]:
        bidi_text.register_fonts()
        cells = [[shaped(str(value)[:24]) for value in reversed(row)] for row in values]
        style = TableStyle(
            [
                ("FONT", (0, 0), (-1, -1), bidi_text.REGULAR, 7.5),
                ("GRID", (0, 0), (-1, -1), 0.25, colors.grey),
                ("ALIGN", (0, 0), (-1, -1), "RIGHT"),
            ]
        )
        document = SimpleDocTemplate(file, pagesize=landscape(A4))
        document.build([LongTable(cells, repeatRows=1, style=style)])
        return len(cells), int(document.page)

    return write


_WRITERS: dict[str, Callable[[Any, int], Writer]] = {
    "excel": _excel,
    "xlsxwriter": _xlsxwriter,
    "pdf": _pdf,
    "long_table": _long_table,
}


def _pages_of(file: IO[bytes]) -> int:
    from pypdf import PdfReader

    return len(PdfReader(file).pages)


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]))))
