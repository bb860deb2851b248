"""Rows of small fields in the form of one object, for what it keeps as a list: quick replies, holidays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms


@dataclass(frozen=True)
class Rows:
    """A list of at most `most` rows under `name`; `columns` make the fields of a row.

    The fields are declared with the form (`type("Form", (Base,), rows.declared())`): a page shows as many as it needs.
    """

    name: str
    columns: Mapping[str, Callable[[], forms.Field]]
    most: int

    def declared(self) -> dict[str, forms.Field]:
        """The fields of all rows; none of them is required by itself."""
        fields = {}
        for number in range(self.most):
            for column, make in self.columns.items():
                fields[self._field(number, column)] = make()
                fields[self._field(number, column)].required = False
        return fields

    def lines(self, count: int) -> list[tuple[str, ...]]:
        """The names of the first rows' fields, one tuple a row, as fieldsets take them."""
        return [tuple(self._field(n, column) for column in self.columns) for n in range(min(count, self.most))]

    def initial(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Return what the form shows of stored rows."""
        shown = enumerate(rows[: self.most])
        return {self._field(n, column): row.get(column, "") for n, row in shown for column in self.columns}

    def read(self, cleaned: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The rows as they were filled in; those without any text are left out."""
        rows = [{column: cleaned.get(self._field(n, column)) for column in self.columns} for n in range(self.most)]
        return [row for number, row in enumerate(rows) if self._is_filled(number, row)]

    def _is_filled(self, number: int, row: Mapping[str, Any]) -> bool:
        """A choice that stands at its first word is not filled in."""
        return any(value for column, value in row.items() if not isinstance(self.columns[column](), forms.ChoiceField))

    def _field(self, number: int, column: str) -> str:
        return f"{self.name}_{number}_{column}"
