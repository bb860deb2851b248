"""Rows of models for set-based INSERTs: every column of every row, as the model declares it."""

from __future__ import annotations

import datetime
import re
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Field, Model

from core.operation import Insert, Row


@cache
def insert_of(model: type[Model]) -> Insert:
    """Return the INSERT of whole rows of a model, which `row_of` makes."""
    names = ", ".join(str(field.column) for field in _fields(model))
    columns = ", ".join(f"{field.column} {_type(field)}" for field in _fields(model))
    return Insert(f"insert into {model._meta.db_table} ({names}) select {names} from {{rows}} order by n", columns)


def row_of(instance: Model) -> Row:
    """Return all columns of an instance as the database takes them."""
    values = [(field, getattr(instance, field.attname)) for field in _fields(type(instance))]
    return [value if type(value) in _AS_IT_IS else field.get_db_prep_save(value, connection) for field, value in values]


# Of these a field stores the value as it is.
_AS_IT_IS = frozenset({str, bool, int, datetime.datetime, type(None)})


@cache
def _fields(model: type[Model]) -> list[Field[Any, Any]]:
    return list(model._meta.concrete_fields)


def _type(field: Field[Any, Any]) -> str:
    """Return the column's type without its length: a cast to a length would cut in silence what the column refuses."""
    kind = field.rel_db_type(connection) if field.is_relation else field.cast_db_type(connection)
    return re.sub(r"\(\d+\)", "", str(kind))
