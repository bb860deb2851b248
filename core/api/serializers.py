"""Bases of every form on the wire: camelCase names, string ids, and no field that nobody declared."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.validators import ProhibitSurrogateCharactersValidator

from core.text import camel, trim_lines

MAX_ID = 2**63 - 1
Shown = Callable[[Any], Any]


class _CamelFields(serializers.Serializer[Any]):
    """Fields are declared in snake_case and spelled in camelCase on the wire."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        named = {}
        for name, field in super().get_fields().items():
            wire = camel(name)
            if wire != name:
                if isinstance(field, serializers.SerializerMethodField):
                    field.method_name = field.method_name or f"get_{name}"
                elif field.source is None:
                    field.source = name
            if isinstance(field, serializers.DateTimeField):
                field.timezone = datetime.UTC  # whatever zone is active where a form is made
            named[wire] = field
        return named


class FormOut(_CamelFields):
    """What we answer; fields are read from attributes or keys."""

    def to_representation(self, instance: Any) -> dict[str, Any]:
        try:
            return {name: None if (value := get(instance)) is None else show(value) for name, get, show in self._shown}
        except serializers.SkipField:
            return dict(super().to_representation(instance))

    @cached_property
    def _shown(self) -> list[tuple[str, Shown, Shown]]:
        """Of each field how its value is got and shown; found out once, where DRF asks each field for each thing."""
        return [(str(field.field_name), _getter(field), self._way(field)) for field in self._readable_fields]

    def _way(self, field: Any) -> Shown:
        if type(field) is serializers.SerializerMethodField:
            method: Shown = getattr(self, field.method_name)
            return method
        if type(field) is serializers.DateTimeField and not hasattr(field, "format"):
            return lambda value: _moment(field, value)
        plain: Shown | None = _PLAIN.get(type(field))
        return plain or field.to_representation


_PLAIN: dict[type, Shown] = {serializers.CharField: str, serializers.IntegerField: int}


def _getter(field: Any) -> Shown:
    """What `field.get_attribute` answers; whatever is not simply an attribute or a key is left to it."""
    if not field.source_attrs:
        return lambda instance: instance
    if len(field.source_attrs) > 1 or type(field).get_attribute is not serializers.Field.get_attribute:
        return field.get_attribute
    [name] = field.source_attrs

    def get(instance: Any) -> Any:
        try:
            value = instance[name] if isinstance(instance, dict) else getattr(instance, name)
        except (AttributeError, KeyError, ObjectDoesNotExist):
            return field.get_attribute(instance)
        return field.get_attribute(instance) if callable(value) else value

    return get


def _moment(field: serializers.DateTimeField, value: Any) -> Any:
    """A moment as DRF writes it; most are in UTC already."""
    if isinstance(value, datetime.datetime) and value.tzinfo is datetime.UTC and field.timezone is datetime.UTC:
        return value.isoformat().replace("+00:00", "Z")
    return field.to_representation(value)


class FormIn(_CamelFields):
    """What we take: a JSON object with declared fields alone; any other is named in a 400."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = [name for name in data if name not in self.fields]
            if unknown:
                raise serializers.ValidationError({str(name)[:100]: [_("Unknown field.")] for name in unknown[:20]})
        return super().to_internal_value(data)


class Nothing(FormIn):
    """An empty body."""


class _Kept(threading.local):
    """Forms of this thread: DRF copies every declared field for each instance, so an instance is kept."""

    def __init__(self) -> None:
        self.made: dict[tuple[type[serializers.Serializer[Any]], str | None], Any] = {}


_kept = _Kept()


def kept(kind: type[serializers.Serializer[Any]], language: str | None = None) -> Any:
    """This thread's instance of a form; whoever uses it sets what it needs anew each time."""
    return _kept.made.get((kind, language)) or _kept.made.setdefault((kind, language), kind())


def read(kind: type[serializers.Serializer[Any]], data: Any) -> dict[str, Any]:
    """What a form makes of a body; raises DRF's ValidationError naming each wrong field.

    The instance is kept for a language, since DRF puts a field's refusal into words once, and is left as it was found.
    """
    form = kept(kind, get_language())
    form.initial_data = data
    try:
        form.is_valid(raise_exception=True)
        return dict(form.validated_data)
    finally:
        for name in ("initial_data", "_validated_data", "_errors"):
            vars(form).pop(name, None)


@extend_schema_field({"type": "string", "pattern": "^[0-9]{1,19}$"})
class IdField(serializers.Field[int, Any, str, Any]):
    """An id: a string on the wire, taken as string or number."""

    default_error_messages = {"invalid": _("This is not an id.")}

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int | str):
            self.fail("invalid")
        if isinstance(data, int) and abs(data) > MAX_ID:
            self.fail("invalid")  # before it is written out: Python refuses to write very long numbers
        text = str(data)
        if not (text.isascii() and text.isdigit() and len(text) <= 19 and 0 < int(text) <= MAX_ID):
            self.fail("invalid")
        return int(text)

    def to_representation(self, value: Any) -> str:
        return str(getattr(value, "pk", value))

    def taken_as(self, schema: dict[str, Any]) -> dict[str, Any]:
        """How the document describes it where it is taken: as a number too."""
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        return {**schema, "type": [*kinds, "integer"], "minimum": 1, "maximum": MAX_ID}


def refuse_longer(field: serializers.CharField, text: str) -> None:
    """Refuse what is longer than the document says; DRF would trim it first."""
    if field.max_length is not None and len(text) > field.max_length:
        field.fail("max_length", max_length=field.max_length)


@extend_schema_field(OpenApiTypes.STR)
class TextField(serializers.CharField):
    """Text a person wrote: trimmed, no NUL, no lone surrogates, numbers and booleans refused."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # Text that can be encoded has no lone surrogates; DRF looks at each letter.
        self.validators = [
            each for each in self.validators if not isinstance(each, ProhibitSurrogateCharactersValidator)
        ]

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        refuse_longer(self, data)
        text: str = super().to_internal_value(data)
        try:
            text.encode()
        except UnicodeEncodeError:
            self.fail("invalid")
        return text

    def taken_as(self, schema: dict[str, Any]) -> dict[str, Any]:
        """How the document describes it where it is taken: with words in it, unless it may be blank."""
        return schema if self.allow_blank else {**schema, "minLength": 1}


class LongTextField(TextField):
    """Text of several lines: blank lines around it go, the indentation of its first line stays."""

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, **options)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if isinstance(data, str):
            refuse_longer(self, data)
            data = trim_lines(data)
        return super().run_validation(data)


class StrictBoolean(serializers.BooleanField):
    """true or false, nothing that merely resembles them."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class StrictInteger(serializers.IntegerField):
    """A JSON whole number; text, fractions and booleans are refused."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)


class Bilingual(FormOut):
    """A thing with an Arabic and an English name; `name` is the one in the reader's language."""

    id = IdField()
    name_ar = serializers.CharField()
    name_en = serializers.CharField()
    name = serializers.SerializerMethodField()

    def get_name(self, thing: Any) -> str:
        return str(thing)


class PersonRef(FormOut):
    """Someone by id and name."""

    id = IdField()
    name = serializers.CharField()


class Realtime(FormOut):
    """The room that carries this thing's events to the caller, and its head before the data was read."""

    room = serializers.CharField()
    seq = serializers.IntegerField()
