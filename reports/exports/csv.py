"""CSV in UTF-8 with a mark before it, so that Excel opens Arabic; no cell of text can become a formula."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Callable
from typing import IO, Any

from reports.asking import Ask
from reports.exports import tickets
from reports.exports.words import word

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(ask: Ask, language: str, to: IO[bytes], done: Callable[[int], None]) -> int:
    """Write the tickets; `done` hears how many are written so far. Returns how many there are."""
    text = io.TextIOWrapper(to, encoding="utf-8-sig", newline="", write_through=True)
    rows = csv.writer(text)
    rows.writerow([word(column.label, language) for column in tickets.COLUMNS])
    number = 0
    for number, ticket in enumerate(tickets.each(ask), 1):
        rows.writerow([_cell(column.value(ticket, ask, language)) for column in tickets.COLUMNS])
        if number % tickets.CHUNK == 0:
            done(number)
    text.detach()
    return number


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, str):
        value = value.replace("\x00", "")
        return f"'{value}" if value.startswith(FORMULA) else value
    return value
