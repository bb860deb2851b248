"""Records out of a file, one at a time: a JSON object a line, or rows of CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import orjson

from tickets.importing.mapping import CSV_MESSAGE, Mapped
from tickets.importing.records import TICKET_FIELDS, Wrong

Raw = tuple[int, dict[str, Any] | Wrong]


def read(path: Path, mapped: Mapped) -> Iterator[Raw]:
    """Line number and a record by our field names, or why there is none.

    Raises OSError, and Wrong for a file that cannot be read as a whole.
    """
    return _csv(path, mapped) if path.suffix.lower() == ".csv" else _json_lines(path, mapped)


def _json_lines(path: Path, mapped: Mapped) -> Iterator[Raw]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield number, _of_json(line, mapped)


def _of_json(line: bytes, mapped: Mapped) -> dict[str, Any] | Wrong:
    try:
        given = orjson.loads(line.lstrip(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        return Wrong(f"this line is not JSON: {error}")
    if not isinstance(given, dict):
        return Wrong("this line is not a JSON object")
    found = mapped.ticket(given)
    unknown = [name for name in found if name not in TICKET_FIELDS and name != "messages"]
    if unknown:
        return Wrong(f"unknown field: {str(unknown[0])[:100]}")
    if not isinstance(found.get("messages") or [], list):
        return Wrong("messages is not a list")
    return found


def _csv(path: Path, mapped: Mapped) -> Iterator[Raw]:
    """Rows of the same id that stand together are one ticket; each may carry a message."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        _refuse_columns(rows.fieldnames or (), mapped)
        numbered = ((rows.line_num, mapped.ticket({k: v for k, v in row.items() if k is not None})) for row in rows)
        try:
            for _, group in groupby(numbered, key=lambda pair: pair[1].get("id")):
                yield _joined(list(group))
        except (csv.Error, UnicodeDecodeError) as error:
            raise Wrong(f"line {rows.line_num}: {error}") from error


def _refuse_columns(names: Any, mapped: Mapped) -> None:
    ours = {*TICKET_FIELDS, *CSV_MESSAGE}
    if mapped.fields is None:
        unknown = [name for name in names if name not in ours]
        if unknown:
            raise Wrong(f"unknown column: {unknown[0][:100]}; name it under fields in a mapping file")
    else:
        missing = [name for name in mapped.fields if name not in names]
        if missing:
            raise Wrong(f"the mapping names a column that the file does not have: {missing[0]}")


def _joined(rows: list[tuple[int, dict[str, Any]]]) -> Raw:
    line, first = rows[0]
    ticket = {name: value for name, value in first.items() if name not in CSV_MESSAGE}
    ticket["messages"] = [
        # A file with one column of times has that of the message in it.
        {"createdAt": row.get("createdAt"), **{ours: row[name] for name, ours in CSV_MESSAGE.items() if row.get(name)}}
        for _, row in rows
        if any(row.get(name) for name in CSV_MESSAGE)
    ]
    return line, ticket
