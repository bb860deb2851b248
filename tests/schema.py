"""JSON Schema as the tests use it: a compiled library judges each value, and one with clearer words explains it.

The explaining library alone took two thirds of the time of a request for a list.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import jsonschema
import jsonschema_rs


class Schema:
    """A schema of draft 2020-12; references lead into its own `components`."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self._schema = schema

    @cached_property
    def _judge(self) -> jsonschema_rs.Draft202012Validator:
        return jsonschema_rs.Draft202012Validator(self._schema, validate_formats=False)

    def fits(self, value: Any) -> bool:
        """Tell if the schema allows the value."""
        return bool(self._judge.is_valid(value))

    def problem(self, value: Any) -> str:
        """Return what is wrong with the value and where; empty when nothing is."""
        if self.fits(value):
            return ""
        error = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(self._schema).iter_errors(value))
        return f"{error.message} at {list(error.absolute_path)}" if error else "refused by jsonschema_rs alone"
