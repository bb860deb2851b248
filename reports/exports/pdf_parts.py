"""The parts that PDFs are made of: text, bands, tables with repeated headings, charts, numbered pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Table, TableStyle

from reports.exports import bidi_text
from reports.exports.bidi_text import BOLD, REGULAR

INK, MUTED, ACCENT, PALE, RULE = (HexColor(color) for color in ("#1f2933", "#616e7c", "#175e8f", "#eef4f8", "#d9e2ec"))
COLORS = tuple(HexColor(color) for color in ("#175e8f", "#c2410c", "#15803d", "#7c3aed", "#b45309"))
MARGIN = 36
SCALE = 34
"""The room of a chart's scale, in points."""


class Text(Flowable):
    """Words of anybody: never markup, each paragraph in its own direction, or all in the document's."""

    def __init__(
        self, text: str, *, rtl: bool, size: float = 9, bold: bool = False, color: Any = INK, most: int = 10_000,
        own_direction: bool = False,
    ) -> None:  # fmt: skip
        super().__init__()
        self.text, self.rtl, self.size, self.color, self.most = text, rtl, size, color, most
        self.font, self.own = BOLD if bold else REGULAR, own_direction
        self.lines: list[str] = []
        self.laid_out = 0.0

    @property
    def leading(self) -> float:
        return self.size * 1.55

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        # A table asks three times for each of its cells.
        if width != self.laid_out:
            self.width = self.laid_out = width
            self.lines = bidi_text.wrapped(self.text, self.font, self.size, width, self.most)
            self.height = self.leading * len(self.lines)
        return width, self.height

    def split(self, width: float, height: float) -> list[Flowable]:
        """Return this text in two, the first part as high as the page has room."""
        self.wrap(width, height)
        fitting = int(height // self.leading)
        if fitting < 1 or fitting >= len(self.lines):
            return []
        return [self._like(self.lines[:fitting]), self._like(self.lines[fitting:])]

    def _like(self, lines: Sequence[str]) -> Text:
        return Text(
            "\n".join(lines), rtl=self.rtl, size=self.size, bold=self.font == BOLD, color=self.color,
            own_direction=self.own,
        )  # fmt: skip

    def draw(self) -> None:
        self.canv.setFillColor(self.color)
        y = self.height - self.size * 1.1
        for line in self.lines:
            rtl = bidi_text.is_rtl(line, self.rtl) if self.own else self.rtl
            bidi_text.draw(self.canv, line, 0, y, self.font, self.size, rtl=rtl, room=self.width)
            y -= self.leading


class Band(Flowable):
    """A coloured band with a title and a line below it."""

    def __init__(self, title: str, note: str, *, rtl: bool, logo: Any = None) -> None:
        super().__init__()
        self.title, self.note, self.rtl, self.logo = title, note, rtl, logo

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width, self.height = width, 84
        return width, self.height

    def draw(self) -> None:
        self.canv.setFillColor(ACCENT)
        self.canv.roundRect(0, 0, self.width, self.height, 6, stroke=0, fill=1)
        self.canv.setFillColor(HexColor("#ffffff"))
        room, x = self.width - 36, 18.0
        if self.logo:
            self.canv.drawImage(
                self.logo, 18 if self.rtl else self.width - 74, 14, 56, 56, mask="auto", preserveAspectRatio=True
            )
        bidi_text.draw(self.canv, self.title, x, 48, BOLD, 20, rtl=self.rtl, room=room)
        bidi_text.draw(self.canv, self.note, x, 20, REGULAR, 11, rtl=self.rtl, room=room)


def table(
    heading: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float], *, rtl: bool, size: float = 8,
    last_bold: bool = False,
) -> Table:  # fmt: skip
    """Return a table whose heading stands on each page; its first column is at the right when it is right to left."""
    way = -1 if rtl else 1

    def cells(values: Sequence[str], **look: Any) -> list[Text]:
        return [Text(value, rtl=rtl, size=size, most=4, own_direction=False, **look) for value in values][::way]

    body = [cells(row, bold=last_bold and place == len(rows) - 1) for place, row in enumerate(rows)]
    made = Table([cells(heading, bold=True, color=HexColor("#ffffff")), *body], list(widths)[::way], repeatRows=1)
    made.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, 0), ACCENT),
                ("ROWBACKGROUNDS", (0, 1), (-1, -1), [HexColor("#ffffff"), PALE]),
                ("LINEBELOW", (0, 1), (-1, -1), 0.4, RULE),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                *((side, (0, 0), (-1, -1), 4) for side in ("LEFTPADDING", "RIGHTPADDING")),
                *((side, (0, 0), (-1, -1), 3) for side in ("TOPPADDING", "BOTTOMPADDING")),
            ]
        )
    )
    return made


class Columns(Flowable):
    """A chart of columns, several series beside each other; the first line at the right when it is right to left."""

    def __init__(self, names: Sequence[str], series: Sequence[tuple[str, Sequence[float]]], *, rtl: bool) -> None:
        super().__init__()
        self.names, self.series, self.rtl = names, series, rtl

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width, self.height = width, 150
        return width, self.height

    def draw(self) -> None:
        top = max([1.0, *(value for _name, values in self.series for value in values)])
        self._scale(top)
        each = (self.width - SCALE) / max(len(self.names), 1)
        bar = each * 0.8 / max(len(self.series), 1)
        for place in range(len(self.names)):
            for number, (_name, values) in enumerate(self.series):
                x = SCALE + place * each + each * 0.1 + number * bar
                x = self.width - x - bar if self.rtl else x
                self.canv.setFillColor(COLORS[number % len(COLORS)])
                self.canv.rect(x, 34, bar, values[place] / top * 100, stroke=0, fill=1)
        self._names(each)
        self._legend()

    def _scale(self, top: float) -> None:
        self.canv.setStrokeColor(RULE)
        for part in (0.0, 0.5, 1.0):
            self.canv.line(0, 34 + 100 * part, self.width, 34 + 100 * part)
            self.canv.setFillColor(MUTED)
            text, room = f"{top * part:,.0f}", self.width
            bidi_text.draw(self.canv, text, 0, 36 + 100 * part, REGULAR, 6.5, rtl=self.rtl, room=room)

    def _names(self, each: float) -> None:
        self.canv.setFillColor(MUTED)
        step = max(1, round(64 / each))
        for place in range(0, len(self.names), step):
            x = SCALE + place * each
            x = self.width - x - each * step if self.rtl else x
            [line, *_rest] = bidi_text.wrapped(self.names[place], REGULAR, 6.5, each * step - 2, 1)
            bidi_text.draw(self.canv, line, x, 24, REGULAR, 6.5, rtl=self.rtl, room=each * step - 2)

    def _legend(self) -> None:
        x = 0.0
        for number, (name, _values) in enumerate(self.series):
            length = bidi_text.width(name, REGULAR, 7.5)
            left = self.width - x - 8 if self.rtl else x
            self.canv.setFillColor(COLORS[number % len(COLORS)])
            self.canv.rect(left, 6, 8, 8, stroke=0, fill=1)
            self.canv.setFillColor(INK)
            at = left - length - 4 if self.rtl else left + 12
            bidi_text.draw(self.canv, name, at, 7, REGULAR, 7.5, rtl=self.rtl, room=length)
            x += length + 28


class _NumberedCanvas(Canvas):
    """Pages that say of how many they are: each refers to one drawing of that number, which is made at the end."""

    TOTAL, SIZE = "page-count", 7.5

    def draw_number(self, *, left: float, right: float, rtl: bool) -> None:
        """Write `3 / 12` at the left of the page when it reads from right to left, else at the right."""
        number = f"{self.getPageNumber()} / "
        room = bidi_text.width("0000", REGULAR, self.SIZE)
        x = left if rtl else right - room - bidi_text.width(number, REGULAR, self.SIZE)
        bidi_text.draw(self, number, x, 26, REGULAR, self.SIZE, rtl=False, room=room * 2)
        self.saveState()
        self.translate(x + bidi_text.width(number, REGULAR, self.SIZE), 26)
        self.doForm(self.TOTAL)
        self.restoreState()

    def save(self) -> None:
        """Draw how many pages there are where they all refer to, and write the file."""
        self.beginForm(self.TOTAL)
        self.setFillColor(MUTED)
        self.setFont(REGULAR, self.SIZE)
        self.drawString(0, 0, str(self.getPageNumber() - 1))
        self.endForm()
        super().save()


class Pages(BaseDocTemplate):
    """A document whose pages carry its name, their number and how many there are.

    `after_page` is called as each one is finished.
    """

    def __init__(
        self,
        to: Any,
        *,
        title: str,
        rtl: bool,
        is_wide: bool = False,
        after_page: Callable[[], None] = lambda: None,
    ) -> None:
        bidi_text.register_fonts()
        size = landscape(A4) if is_wide else A4
        super().__init__(to, pagesize=size, title=title, leftMargin=MARGIN, rightMargin=MARGIN)
        frame = Frame(MARGIN, MARGIN + 12, size[0] - 2 * MARGIN, size[1] - 2 * MARGIN - 12, 0, 0, 0, 0)
        self.addPageTemplates(PageTemplate(frames=[frame], onPage=self._foot))
        self.name, self.rtl, self.room = title, rtl, size[0] - 2 * MARGIN
        self.after_page = after_page

    def afterPage(self) -> None:
        self.after_page()

    def _foot(self, canvas: Any, _document: Any) -> None:
        canvas.setFillColor(MUTED)
        bidi_text.draw(canvas, self.name, MARGIN, 26, REGULAR, 7.5, rtl=self.rtl, room=self.room)
        canvas.draw_number(left=MARGIN, right=MARGIN + self.room, rtl=self.rtl)

    def build(self, flowables: list[Flowable]) -> None:
        """Lay the parts out and write the file."""
        super().build(flowables, canvasmaker=_NumberedCanvas)
