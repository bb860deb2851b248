"""Charts as SVG, made here: crisp, coloured by the stylesheet alone, and turned for readers of Arabic.

Each stands beside the table of its figures, which is what keyboards and screen readers use.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT = 760, 240
TOP, FOOT, SIDE = 12, 30, 46
MAX_NAMES = 8


@dataclass(frozen=True)
class Series:
    """A figure over all lines; null where there is none."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True)
class Plane:
    """Compute the positions of a chart: the first line at the left, or at the right for readers of Arabic."""

    count: int
    top: float
    rtl: bool

    @property
    def room(self) -> float:
        return WIDTH - SIDE - 8

    def x(self, place: float) -> float:
        """Return the middle of a line's place."""
        along = (place + 0.5) * self.room / max(self.count, 1)
        return round(WIDTH - SIDE - along if self.rtl else SIDE + along, 1)

    def y(self, value: float) -> float:
        return round(HEIGHT - FOOT - value / self.top * (HEIGHT - FOOT - TOP), 1)


def chart(kind: str, title: str, names: Sequence[str], series: Sequence[Series], *, rtl: bool) -> SafeString:
    """Return the picture of some figures: `lines`, `columns` or `bars` (which are columns here), or `heat`."""
    if kind == "heat":
        return _heat(title, names, series[0], rtl=rtl)
    plane = Plane(len(names), _top(series), rtl)
    parts = [_scale(plane), _names(plane, names)]
    draw = _line if kind == "lines" else _columns
    parts += [draw(plane, number, len(series), each) for number, each in enumerate(series)]
    return _svg(title, HEIGHT, format_html_join("", "{}", ((part,) for part in parts)))


def _svg(title: str, height: int, inner: SafeString) -> SafeString:
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" direction="ltr" role="img" aria-label="{}">{}</svg>',
        WIDTH, height, title, inner,
    )  # fmt: skip


def _top(series: Sequence[Series]) -> float:
    """Return a round number above the highest value, whose quarters are whole from 4 on."""
    highest = max([1.0, *(value for each in series for value in each.values if value is not None)])
    step = 10 ** (len(str(int(highest))) - 1)
    top = next(step * part for part in (1, 1.2, 1.6, 2, 3, 4, 6, 8, 10) if step * part >= highest)
    return float(top if top < 4 else -(-top // 4) * 4)


def _scale(plane: Plane) -> SafeString:
    rows = []
    for part in (0, 0.25, 0.5, 0.75, 1):
        y, value = plane.y(plane.top * part), plane.top * part
        rows.append(
            (8 if plane.rtl else SIDE, WIDTH - SIDE if plane.rtl else WIDTH - 8, y, y, *_beside(plane, y), f"{value:g}")
        )
    return format_html_join(
        "", '<line class="rule" x1="{}" x2="{}" y1="{}" y2="{}"/><text x="{}" y="{}" text-anchor="{}">{}</text>', rows
    )


def _beside(plane: Plane, y: float) -> tuple[float, float, str]:
    return (WIDTH - SIDE + 6, y + 4, "start") if plane.rtl else (SIDE - 6, y + 4, "end")


def _names(plane: Plane, names: Sequence[str]) -> SafeString:
    step = max(1, -(-len(names) // MAX_NAMES))
    rows = ((plane.x(place), HEIGHT - 10, names[place][:18]) for place in range(0, len(names), step))
    return format_html_join("", '<text x="{}" y="{}" text-anchor="middle">{}</text>', rows)


def _line(plane: Plane, number: int, _count: int, series: Series) -> SafeString:
    points = [(plane.x(place), plane.y(value)) for place, value in enumerate(series.values) if value is not None]
    path = " ".join(f"{x},{y}" for x, y in points)
    dots = format_html_join("", '<circle cx="{}" cy="{}" r="2.5"/>', points if len(points) <= 62 else points[:1])
    return format_html('<g class="series-{}"><polyline points="{}"/>{}</g>', number, path, dots)


def _columns(plane: Plane, number: int, count: int, series: Series) -> SafeString:
    bar = plane.room / max(plane.count, 1) * 0.8 / count
    rows = []
    for place, value in enumerate(series.values):
        shift = (number - (count - 1) / 2) * bar
        x = plane.x(place) + (-shift if plane.rtl else shift) - bar / 2
        y = plane.y(value or 0)
        rows.append((round(x, 1), y, round(max(bar - 1, 1), 1), round(HEIGHT - FOOT - y, 1), f"{value or 0:g}"))
    bars = format_html_join("", '<rect x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>', rows)
    return format_html('<g class="series-{} filled">{}</g>', number, bars)


PITCH, NAMED = 27, 96


def _heat(title: str, names: Sequence[str], series: Series, *, rtl: bool) -> SafeString:
    """Return a field of seven days by 24 hours; the fuller a cell, the stronger its colour."""
    most = max([1.0, *(value or 0 for value in series.values)])

    def x(along: float, width: float = 0) -> float:
        return WIDTH - along - width if rtl else along

    cells = []
    for place, value in enumerate(series.values):
        day, hour = divmod(place, 24)
        strength = round(0.06 + 0.94 * (value or 0) / most, 3)
        cells.append((x(NAMED + hour * PITCH, 25), 4 + day * 30, strength, f"{names[place]}: {value or 0:g}"))
    field = '<rect class="cell" x="{}" y="{}" width="25" height="28" rx="3" fill-opacity="{}"><title>{}</title></rect>'
    hours = ((x(NAMED + 12 + hour * PITCH), 230, "middle", hour) for hour in range(0, 24, 3))
    beside = "start" if rtl else "end"
    days = ((x(NAMED - 8), 22 + day * 30, beside, names[day * 24].rsplit(" ", 1)[0]) for day in range(7))
    marks = format_html_join("", '<text x="{}" y="{}" text-anchor="{}">{}</text>', [*hours, *days])
    return _svg(title, 236, format_html("{}{}", format_html_join("", field, cells), marks))
