"""Excel: a cover, a summary with native charts, and the tickets, written row by row.

Text of people can never become a formula: it is written as text, and marked so that editing it keeps it text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from core import clock
from reports.asking import Ask
from reports.exports import tickets
from reports.exports.summary import tables_of
from reports.exports.words import is_rtl, line_name, local, site_name, word
from reports.metrics import METRICS, Unit
from reports.report import Table

PAPER = Worksheet.PAPERSIZE_A4
CHART_HEIGHT = 8
"""In centimetres."""
CHART_ROWS = 18
"""So many rows stand beside a chart, where a row is half a centimetre at least; the next table begins below it."""
MAX_CELL = 32_767
MAX_ROWS = 1_048_576
TITLE = Font(name="IBM Plex Sans Arabic", size=18, bold=True, color="FFFFFF")
HEAD = Font(name="IBM Plex Sans Arabic", size=11, bold=True, color="FFFFFF")
BODY = Font(name="IBM Plex Sans Arabic", size=11)
BOLD = Font(name="IBM Plex Sans Arabic", size=11, bold=True)
BAND = PatternFill("solid", fgColor="175E8F")
LINE = Border(bottom=Side("thin", color="D9E2EC"))
COLORS = {
    "open": "DBEAFE", "in_progress": "E0E7FF", "pending": "FEF3C7", "on_hold": "FDE8D7", "resolved": "DCFCE7",
    "closed": "E5E7EB",
}  # fmt: skip
FORMATS = {"moment": "yyyy-mm-dd hh:mm", "number": "#,##0"}
UNITS = {Unit.COUNT: "#,##0", Unit.PERCENT: '0.00"%"'}


def write(ask: Ask, language: str, to: IO[bytes], done: Callable[[int], None]) -> int:
    """Write a workbook; `done` hears how many tickets are in it so far. Returns how many there are."""
    book = Workbook(write_only=True)
    book.properties.title = word(_("Tickets"), language)
    cells = Cells(book, language)
    cells.cover(ask)
    cells.summary(ask)
    count = cells.tickets(ask, done)
    book.save(to)
    return count


def clean(text: str) -> str:
    """Return text that a cell can hold: without control characters, and cut where Excel's cells end."""
    text = ILLEGAL_CHARACTERS_RE.sub("", text)
    return text if len(text) <= MAX_CELL else f"{text[: MAX_CELL - 1]}…"


def _fill(cell: WriteOnlyCell, value: Any) -> None:
    """Put a value into a cell; text stays text whatever it looks like."""
    if isinstance(value, str):
        cell.value, cell.data_type = clean(value), "s"
    else:
        cell.value = value


class Cells:
    """The sheets of one workbook."""

    def __init__(self, book: Workbook, language: str) -> None:
        self.book, self.language, self.rtl = book, language, is_rtl(language)
        self.sheet: Any = None
        self.used: dict[tuple[int, Any], WriteOnlyCell] = {}
        self.side = Alignment(horizontal="right" if self.rtl else "left", vertical="top", wrap_text=False)

    def start(self, title: Any, widths: Iterable[int], freeze: str = "") -> None:
        """Begin a sheet; direction, widths and what stays in sight stand before its first row.

        Printed, it is as wide as a page, and the rows that stay in sight are repeated on each.
        """
        self.sheet = self.book.create_sheet(word(title, self.language).replace("/", "-")[:31])
        self.sheet.sheet_view.rightToLeft = self.rtl
        self.sheet.sheet_view.showGridLines = False
        for place, width in enumerate(widths, 1):
            self.sheet.column_dimensions[get_column_letter(place)].width = width
        self.sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        self.sheet.page_setup.orientation, self.sheet.page_setup.paperSize = "landscape", PAPER
        self.sheet.page_setup.fitToWidth, self.sheet.page_setup.fitToHeight = 1, 0
        if freeze:
            self.sheet.freeze_panes = freeze
            self.sheet.print_title_rows = "1:1"

    def cell(self, value: Any, font: Font = BODY, fill: PatternFill | None = None, form: str = "") -> WriteOnlyCell:
        """Return a cell of text, a number or a moment."""
        made = self._look(font, fill, form, is_text=isinstance(value, str))
        _fill(made, value)
        return made

    def _look(self, font: Font, fill: PatternFill | None, form: str, *, is_text: bool) -> WriteOnlyCell:
        """Return an empty cell with its looks."""
        made = WriteOnlyCell(self.sheet)
        made.font, made.border = font, LINE
        if is_text:
            made.alignment, made.quotePrefix = self.side, True
        if fill:
            made.fill = fill
        if form:
            made.number_format = form
        return made

    def heading(self, row: int, *values: Any) -> None:
        """Write the row of headings, high enough for two lines of words."""
        cells = [self.cell(word(value, self.language), HEAD, BAND) for value in values]
        for cell in cells:
            cell.alignment = Alignment(horizontal=self.side.horizontal, vertical="center", wrap_text=True)
        self.sheet.row_dimensions[row].height = HEAD.size * 3
        self.sheet.append(cells)

    def cover(self, ask: Ask) -> None:
        """Write what the file is, of which question, and its totals."""
        self.start(_("Cover"), (34, 60))
        self.sheet.row_dimensions[1].height = TITLE.size * 2
        self.sheet.append([self.cell(site_name(self.language), TITLE, BAND), self.cell("", TITLE, BAND)])
        self.sheet.append([self.cell(word(_("Tickets"), self.language), BOLD)])
        made = local(clock.now(), ask.period.zone)
        self._told(word(_("Made"), self.language), made, FORMATS["moment"])
        for label, text in tickets.conditions(ask, self.language):
            self._told(label, text)
        self._told(word(_("Tickets"), self.language), tickets.count(ask), FORMATS["number"])

    def _told(self, label: str, value: Any, form: str = "") -> None:
        """Write a line of the cover."""
        cell = self.cell(value, form=form)
        cell.alignment = self.side
        self.sheet.append([self.cell(label, BOLD), cell])

    def summary(self, ask: Ask) -> None:
        """Write the reports' tables one below the other, each with its chart beside it."""
        self.start(_("Summary"), (30, *[18] * 12))
        row = 1
        for table in tables_of(ask):
            self.sheet.append([self.cell(word(table.title, self.language), BOLD)])
            self.heading(row + 1, table.heading, *(metric.label for metric in table.columns()))
            for values in self._lines(table):
                self.sheet.append(values)
            lines = len(table.lines) + 2 + bool(table.total)
            drawn = self._chart(table, row + 1)
            below = 1 + (max(CHART_ROWS - lines, 0) if drawn else 0)
            for _row in range(below):
                self.sheet.append([])
            row += lines + below

    def _lines(self, table: Table) -> Iterator[list[Any]]:
        total = [(word(_("Total"), self.language), table.total)] if table.total else []
        named = [(line_name(line.name, table.group, self.language), line.figures) for line in table.lines]
        for place, (name, figures) in enumerate([*named, *total]):
            font = BOLD if place == len(named) else BODY
            units = ((figures[key], UNITS.get(METRICS[key].unit, "#,##0.00")) for key in table.metrics)
            yield [self.cell(name, font), *(self.cell(value, font, form=form) for value, form in units)]

    def _chart(self, table: Table, heading_row: int) -> bool:
        """Put a native chart of a table's drawn figures beside it; return whether there is one."""
        if not table.chart or not table.lines:
            return False
        # A line through one point cannot be seen.
        chart: Any = LineChart() if table.chart == "lines" and len(table.lines) > 1 else BarChart()
        if table.chart == "bars":
            chart.type = "bar"
        chart.title = word(table.title, self.language)
        chart.height, chart.width = CHART_HEIGHT, 18
        last = heading_row + len(table.lines)
        for key in table.drawn:
            column = table.metrics.index(key) + 2
            data = Reference(self.sheet, min_col=column, min_row=heading_row, max_row=last)
            chart.add_data(data, titles_from_data=True)
        for series in chart.series:
            series.smooth = False if isinstance(chart, LineChart) else None
        chart.set_categories(Reference(self.sheet, min_col=1, min_row=heading_row + 1, max_row=last))
        chart.x_axis.delete = chart.y_axis.delete = False
        if self.rtl:
            chart.x_axis.scaling.orientation = "maxMin" if table.chart != "bars" else "minMax"
        self.sheet.add_chart(chart, f"{get_column_letter(len(table.metrics) + 3)}{heading_row}")
        return True

    def tickets(self, ask: Ask, done: Callable[[int], None]) -> int:
        """Write the tickets, as many sheets of them as Excel needs; returns how many there are."""
        number, fills = 0, {key: PatternFill("solid", fgColor=color) for key, color in COLORS.items()}
        columns = [
            (place, column.value, FORMATS.get(column.kind, ""), column.kind == "status")
            for place, column in enumerate(tickets.COLUMNS)
        ]
        self._start_tickets(1)
        for number, ticket in enumerate(tickets.each(ask), 1):
            if number > 1 and (number - 1) % (MAX_ROWS - 1) == 0:
                self._end_tickets(MAX_ROWS)
                self._start_tickets(1 + (number - 1) // (MAX_ROWS - 1))
            self.sheet.append(
                [
                    self._again(
                        place, value(ticket, ask, self.language), form, fills[ticket.status] if filled else None
                    )
                    for place, value, form, filled in columns
                ]
            )
            if number % tickets.CHUNK == 0:
                done(number)
        self._end_tickets(2 + (number - 1) % (MAX_ROWS - 1) if number else 1)
        return number

    def _again(self, place: int, value: Any, form: str, fill: PatternFill | None) -> WriteOnlyCell:
        """Return the cell of a column with another value: a row is written as it is appended, and looks are dear."""
        key = (place, fill and fill.fgColor.rgb)
        if key not in self.used:
            self.used[key] = self._look(BODY, fill, form, is_text=isinstance(value, str))
        _fill(self.used[key], value)
        return self.used[key]

    def _start_tickets(self, part: int) -> None:
        title = word(_("Data"), self.language)
        self.used = {}
        self.start(title if part == 1 else f"{title} {part}", (column.width for column in tickets.COLUMNS), "B2")
        self.heading(1, *(column.label for column in tickets.COLUMNS))

    def _end_tickets(self, rows: int) -> None:
        """End a sheet of so many rows, the heading among them: they can be filtered."""
        self.sheet.auto_filter.ref = f"A1:{get_column_letter(len(tickets.COLUMNS))}{rows}"


__all__ = ["clean", "write"]
