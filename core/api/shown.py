"""Answers out of declared forms: each class is compiled once into a plain function of the thing and its reader.

The function holds nothing of one call for the next, so that no link signed for one reader can reach another.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from functools import cache
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from rest_framework import serializers

Form = Callable[[Any, Any], dict[str, Any]]
"""From a thing and its reader (None for what many read) to its fields by their names on the wire."""
Shown = Callable[[Any, Any], Any]
Get = Callable[[Any], Any]


@cache
def compiled(kind: type[serializers.Serializer[Any]]) -> Form:
    """Return the function that shows a thing in this form."""
    declared = kind()
    parts = tuple((name, _shown(kind, field)) for name, field in declared.fields.items() if not field.write_only)
    optional = any(not field.required and not field.read_only for field in declared.fields.values())

    def show(thing: Any, reader: Any) -> dict[str, Any]:
        return {name: part(thing, reader) for name, part in parts}

    def show_what_is_there(thing: Any, reader: Any) -> dict[str, Any]:
        found = {}
        for name, part in parts:
            try:
                found[name] = part(thing, reader)
            except serializers.SkipField:
                continue
        return found

    return show_what_is_there if optional else show


def _shown(kind: type, field: Any) -> Shown:
    """Return how a field is got from a thing and shown to a reader."""
    if isinstance(field, serializers.SerializerMethodField):
        method: Shown = getattr(kind, str(field.method_name))
        return method
    get = _getter(field)
    if isinstance(field, serializers.ListSerializer):
        many = compiled(type(field.child))  # type: ignore[arg-type]
        return lambda thing, reader: [many(each, reader) for each in get(thing)]
    if isinstance(field, serializers.Serializer):
        one = compiled(type(field))
        return lambda thing, reader: None if (value := get(thing)) is None else one(value, reader)
    write = _PLAIN.get(type(field)) or field.to_representation
    if type(field) is serializers.DateTimeField and not hasattr(field, "format"):

        def write(value: Any) -> Any:
            return _moment(field, value)

    return lambda thing, reader: None if (value := get(thing)) is None else write(value)


_PLAIN: dict[type, Get] = {serializers.CharField: str, serializers.IntegerField: int}


def _getter(field: Any) -> Get:
    """Return what `field.get_attribute` answers; whatever is not simply an attribute or a key is left to it."""
    if not field.source_attrs:
        return lambda thing: thing
    if len(field.source_attrs) > 1 or type(field).get_attribute is not serializers.Field.get_attribute:
        by_field: Get = field.get_attribute
        return by_field
    [name] = field.source_attrs

    def get(thing: Any) -> Any:
        try:
            value = thing[name] if isinstance(thing, dict) else getattr(thing, name)
        except (AttributeError, KeyError, ObjectDoesNotExist):
            return field.get_attribute(thing)
        return field.get_attribute(thing) if callable(value) else value

    return get


def _moment(field: serializers.DateTimeField, value: Any) -> Any:
    """Return a moment as DRF writes it; most are in UTC already."""
    if isinstance(value, datetime.datetime) and value.tzinfo is datetime.UTC and field.timezone is datetime.UTC:
        return value.isoformat().replace("+00:00", "Z")
    return field.to_representation(value)
