"""PDF of tickets: a cover with what was asked, the summary with its charts, the tickets in a table."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import IO, Any

import structlog
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from reportlab.lib.utils import ImageReader
from reportlab.platypus import Flowable, KeepTogether, PageBreak, Spacer

from core import clock
from reports.asking import Ask
from reports.exports import tickets
from reports.exports.pdf_parts import MUTED, Band, Columns, Pages, Text, table
from reports.exports.summary import tables_of
from reports.exports.words import figure, is_rtl, line_name, local, site_name, word
from reports.report import Table

log = structlog.get_logger(__name__)
ROWS_PER_TABLE = 250
"""A long table costs more the longer it is, so that tickets stand in several, each with its heading."""
WIDTHS = (0.12, 0.26, 0.12, 0.11, 0.08, 0.11, 0.1, 0.1)


def write(ask: Ask, language: str, to: IO[bytes], done: Callable[[int], None]) -> int:
    """Write a PDF; `done` hears how many tickets are in it so far. Returns how many there are."""
    rtl, count = is_rtl(language), 0
    title = f"{site_name(language)} — {word(_('Tickets'), language)}"
    # Laying out takes longer than reading: a worker keeps its export page by page.
    pages = Pages(to, title=title, rtl=rtl, is_wide=True, after_page=lambda: done(count))
    parts: list[Flowable] = [*_cover(ask, language), *_summary(ask, language, pages.room), PageBreak()]
    for batch in _batches(ask):
        parts.append(_tickets(batch, ask, language, pages.room))
        count += len(batch)
        done(count)
    pages.build(parts)
    return count


@cache
def logo() -> Any:
    """Return the site's logo, when it is a picture on this machine that can be read; None else."""
    if not settings.SITE_LOGO or "://" in settings.SITE_LOGO:
        return None
    path = Path(settings.SITE_LOGO)
    try:
        return ImageReader(str(path if path.is_absolute() else settings.BASE_DIR / path))
    except OSError:
        log.warning("logo_unreadable")
        return None


def _cover(ask: Ask, language: str) -> Iterator[Flowable]:
    rtl = is_rtl(language)
    yield Band(site_name(language), word(_("Tickets"), language), rtl=rtl, logo=logo())
    yield Spacer(1, 14)
    made = local(clock.now(), ask.period.zone)
    found = [*tickets.conditions(ask, language), (word(_("Made"), language), f"{made:%Y-%m-%d %H:%M}")]
    found.append((word(_("Tickets"), language), f"{tickets.count(ask):,}"))
    for label, text in found:
        yield Text(f"{label}: {text}", rtl=rtl, size=10)
    yield Spacer(1, 10)


def _summary(ask: Ask, language: str, room: float) -> Iterator[Flowable]:
    for each in tables_of(ask):
        yield from figures_table(each, language, room)


def figures_table(shown: Table, language: str, room: float) -> Iterator[Flowable]:
    """Return a report's table, its chart before it."""
    rtl = is_rtl(language)
    names = [line_name(line.name, shown.group, language) for line in shown.lines]
    head = [Text(word(shown.title, language), rtl=rtl, size=13, bold=True), Spacer(1, 4)]
    if shown.chart and shown.lines:
        labels = {metric.key: word(metric.label, language) for metric in shown.columns()}
        drawn = [(labels[key], [float(line.figures[key] or 0) for line in shown.lines]) for key in shown.drawn]
        head.append(Columns(names, drawn, rtl=rtl))
    yield KeepTogether(head)
    heading = [word(shown.heading, language), *(word(metric.label, language) for metric in shown.columns())]
    rows = [
        [name, *(figure(line.figures[metric.key], metric.unit) for metric in shown.columns())]
        for name, line in zip(names, shown.lines, strict=True)
    ]
    if shown.total:
        total = shown.total
        rows.append([word(_("Total"), language), *(figure(total[each.key], each.unit) for each in shown.columns())])
    first = min(0.25, 2 / (len(heading) + 1))
    widths = [room * first, *[room * (1 - first) / (len(heading) - 1)] * (len(heading) - 1)]
    yield table(heading, rows, widths, rtl=rtl, last_bold=bool(shown.total))
    yield Spacer(1, 14)


def _batches(ask: Ask) -> Iterator[list[Any]]:
    rows = tickets.each(ask)
    while batch := list(itertools.islice(rows, ROWS_PER_TABLE)):
        yield batch


def _tickets(batch: list[Any], ask: Ask, language: str, room: float) -> Flowable:
    heading = [word(column.label, language) for column in tickets.BRIEF]
    rows = [[_cell(column.value(ticket, ask, language)) for column in tickets.BRIEF] for ticket in batch]
    return table(heading, rows, [room * share for share in WIDTHS], rtl=is_rtl(language), size=7.5)


def _cell(value: Any) -> str:
    if value is None:
        return "—"
    return f"{value:%Y-%m-%d %H:%M}" if hasattr(value, "strftime") else str(value)


__all__ = ["MUTED", "write"]
