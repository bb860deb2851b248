"""Bases of every form on the wire: camelCase names, string ids, and no field that nobody declared."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.validators import ProhibitSurrogateCharactersValidator

from core.api.shown import compiled
from core.errors import Invalid
from core.text import camel, shows_nothing, trim_lines

MAX_ID = 2**63 - 1


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
    """Hold what we answer; fields are read from attributes or keys."""

    # A method field's `get_…` is a class method of the thing and its reader.

    @classmethod
    def show(cls, thing: Any, reader: Any = None) -> dict[str, Any]:
        """Return a thing in this form; `reader` is whom links are signed for, None for what many read."""
        return compiled(cls)(thing, reader)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Return the same for DRF and those who use forms its way."""
        return self.show(instance, self.context.get("reader"))


class FormsIn(serializers.ListSerializer[Any]):
    """Several forms, whose number is checked before any of them is."""

    default_error_messages = {"not_a_list": _("This must be a list.")}

    def __init__(self, *args: Any, **options: Any) -> None:
        if not options.get("max_length"):
            raise TypeError("a list of forms needs a max_length")
        super().__init__(*args, **options)


class ListIn(serializers.ListField):
    """A list whose length is checked before its elements: a long one costs nothing."""

    default_error_messages = {"not_a_list": _("This must be a list.")}

    def __init__(self, *, max_length: int, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)

    def to_internal_value(self, data: Any) -> list[Any]:
        if isinstance(data, list) and len(data) > int(self.max_length or 0):
            self.fail("max_length", max_length=self.max_length)
        return list(super().to_internal_value(data))


class FormIn(_CamelFields):
    """Hold what we take: a JSON object with declared fields alone; any other is named in a 400."""

    default_error_messages = {"invalid": _("This must be an object.")}

    class Meta:
        list_serializer_class = FormsIn

    null_is_left_out = False
    """Take null for what may be left out as left out: many clients write every field of their class, set or not."""
    left_out_by_null: frozenset[str] = frozenset()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return the fields; DRF's words for a wrong choice would repeat what was sent, as Python writes it."""
        found = super().get_fields()
        by_null = set()
        for name, field in found.items():
            if isinstance(field, serializers.ChoiceField):
                field.error_messages["invalid_choice"] = _("This is not one of the choices.")
            if self.null_is_left_out and not field.required and not field.allow_null:
                field.allow_null = True
                by_null.add(name)
        self.left_out_by_null = frozenset(by_null)
        return found

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = [name for name in data if name not in self.fields]
            if unknown:
                raise serializers.ValidationError({str(name)[:100]: [_("Unknown field.")] for name in unknown[:20]})
        if isinstance(data, Mapping) and self.left_out_by_null:
            data = {name: each for name, each in data.items() if each is not None or name not in self.left_out_by_null}
        return super().to_internal_value(data)


class Nothing(FormIn):
    """An empty body."""


def read(kind: type[FormIn], data: Any) -> dict[str, Any]:
    """Return what a form makes of a body; raises Invalid, or DRF's ValidationError naming each wrong field."""
    if not isinstance(data, Mapping):
        raise Invalid(_("Send a JSON object."))
    form = kind(data=data)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


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
    """Text a person wrote: trimmed, blank if nobody would see it, no NUL or lone surrogates, no number or boolean."""

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
        if self.trim_whitespace and shows_nothing(text):  # what is kept as typed, as a password, may be unseen
            if not self.allow_blank:
                self.fail("blank")
            return ""
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
            data = "" if shows_nothing(data) else trim_lines(data)
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

    @classmethod
    def get_name(cls, thing: Any, reader: Any) -> str:
        return str(thing)


class PersonRef(FormOut):
    """Someone by id and name."""

    id = IdField()
    name = serializers.CharField()


class Realtime(FormOut):
    """The room that carries this thing's events to the caller, and its latest number before the data was read."""

    room = serializers.CharField()
    seq = serializers.IntegerField()
