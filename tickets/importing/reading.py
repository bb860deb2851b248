"""Records out of a file, one at a time: a JSON object a line, or rows of CSV."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from itertools import groupby, zip_longest
from pathlib import Path
from typing import IO, Any, TextIO

import orjson

from tickets.importing.encoding import encoding_of
from tickets.importing.mapping import CSV_MESSAGE, Mapped
from tickets.importing.records import TICKET_FIELDS, Wrong

TABLES = (".csv", ".tsv")
SEPARATORS = (",", ";", "\t")
Raw = tuple[int, dict[str, Any] | Wrong]


def read(path: Path, mapped: Mapped) -> Iterator[Raw]:
    """Line number and a record by our field names, or why there is none.

    Raises OSError, and Wrong for a file that cannot be read as a whole.
    """
    as_rows = path.suffix.lower() in TABLES
    return _csv(path, mapped) if as_rows else _json_lines(path, mapped)


def _json_lines(path: Path, mapped: Mapped) -> Iterator[Raw]:
    with _opened_lines(path) as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield number, _of_json(line, mapped)


def _opened_lines(path: Path) -> IO[Any]:
    """Open a file for its lines, as bytes where it is UTF-8: a line that is broken is then wrong alone."""
    encoding = encoding_of(path, whole=False)
    return path.open("rb") if encoding.startswith("utf-8") else path.open(encoding=encoding)


def _of_json(line: bytes | str, mapped: Mapped) -> dict[str, Any] | Wrong:
    try:
        given = orjson.loads(line.removeprefix(codecs.BOM_UTF8) if isinstance(line, bytes) else line)
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
    with path.open(newline="", encoding=encoding_of(path)) as file:
        before, separator = _separator(file)
        start = file.tell()
        _refuse_broken(csv.reader(file, delimiter=separator, strict=True), before)
        file.seek(start)
        rows = csv.reader(file, delimiter=separator)
        names = _names(next((row for row in rows if _says_something(row)), []), mapped)
        filled = ((before + rows.line_num, row) for row in rows if _says_something(row))
        numbered = ((line, mapped.ticket(_named(names, row))) for line, row in filled)
        for _, group in groupby(numbered, key=lambda pair: pair[1].get("id")):
            yield _joined(list(group))


def _refuse_broken(rows: Any, before: int) -> None:
    """Raise Wrong naming the line where a row begins that cannot be told from those behind it."""
    begins = before + 1
    try:
        for _ in rows:
            begins = before + rows.line_num + 1
    except csv.Error as error:
        longest = f"a value is longer than {csv.field_size_limit():,} characters; is a quote not closed?"
        reason = (
            longest if "limit" in str(error) else "a quote is not closed, or something stands behind the closing one"
        )
        raise Wrong(f"line {begins}: {reason}") from error


def _separator(file: TextIO) -> tuple[int, str]:
    """Return how many lines stand before the headings, and what separates values: `,`, `;` or a tab.

    A first line `sep=;`, as spreadsheets write it, says so; else it is what stands most often in the headings.
    """
    first = file.readline()
    if first[:4].lower() == "sep=" and first[4:5] in SEPARATORS:
        return 1, first[4]
    while first and not first.strip("".join(SEPARATORS) + "\r\n "):
        first = file.readline()
    file.seek(0)
    unquoted = re.sub(r'"[^"]*"', "", first)
    return 0, max(SEPARATORS, key=unquoted.count)


def _says_something(row: list[str]) -> bool:
    return any(value.strip() for value in row)


def _named(names: list[str], row: list[str]) -> dict[str, Any]:
    """Return a row's values by the names of their columns; what stands under no heading is left out."""
    return {name: value for name, value in zip_longest(names, row[: len(names)], fillvalue="") if name}


def _names(headings: list[str], mapped: Mapped) -> list[str]:
    """Return the names that headings stand for, whatever blanks and capitals they are written with.

    Raises Wrong for a column that nobody knows, that is missing, or that is there twice.
    """
    known = {_folded(name): name for name in (mapped.fields or [*TICKET_FIELDS, *CSV_MESSAGE])}
    names = [known.get(_folded(heading), heading.strip()) for heading in headings]
    twice = next((name for name in names if name and names.count(name) > 1), None)
    if twice:
        raise Wrong(f"two columns have the heading {twice[:100]}")
    unknown = next((name for name in names if name and name not in known.values()), None)
    if mapped.fields is None and unknown:
        raise Wrong(f"unknown column: {unknown[:100]}; name it under fields in a mapping file")
    missing = next((name for name in mapped.fields or () if name not in names), None)
    if missing:
        raise Wrong(f"the mapping names a column that the file does not have: {missing}")
    return names


def _folded(heading: str) -> str:
    return re.sub(r"[\s_-]+", "", heading).casefold()


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
