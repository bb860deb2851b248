"""The kinds of filter a list may declare: closed words, flags, ids, days."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError as WireError

from core.api.serializers import IdField
from core.api.views import one_of
from core.days import WRONG_DAY, as_day, day_end, day_start


class DayField(forms.DateField):
    """A day as ISO 8601 writes it, and in no other way."""

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        day = as_day(str(value))
        if day is None:
            raise forms.ValidationError(WRONG_DAY, code="invalid")
        return day


class IdFormField(forms.CharField):
    """An id as a body takes it, or `none` where that is offered."""

    def __init__(self, *, none: bool = False, **options: Any) -> None:
        self.none = none
        super().__init__(**{**options, "strip": False})

    def clean(self, value: Any) -> Any:
        if value in self.empty_values or (self.none and value == "none"):
            return value
        try:
            return IdField().run_validation(value)
        except WireError as error:
            raise forms.ValidationError([str(text) for text in error.detail]) from None


class DayFilter(django_filters.DateFilter):
    """A day; what it narrows is its filter set's method."""

    field_class = DayField


class DaysFilterSet(django_filters.FilterSet):
    """From one day of creation to another, both of them included."""

    fromDate = DayFilter(method="from_day")
    toDate = DayFilter(method="to_day")

    def from_day(self, queryset: QuerySet[Any], _name: str, day: datetime.date) -> QuerySet[Any]:
        return queryset.filter(created_at__gte=day_start(day))

    def to_day(self, queryset: QuerySet[Any], _name: str, day: datetime.date) -> QuerySet[Any]:
        return queryset.filter(created_at__lt=day_end(day))


class IdFilter(django_filters.CharFilter):
    """An id, or with `none=True` the word `none` for nothing set; a malformed one is refused, as in a body."""

    field_class = IdFormField

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        if not value:
            return qs
        if value == "none":
            return qs.filter(**{f"{self.field_name}__isnull": True})
        return qs.filter(**{self.field_name: value})


class FlagFilter(django_filters.TypedChoiceFilter):
    """`true` or `false`."""

    def __init__(self, **options: Any) -> None:
        choices = [("true", "true"), ("false", "false")]
        super().__init__(choices=choices, coerce=lambda value: value == "true", **options)


class WordsFilter(django_filters.BaseInFilter):
    """Words of a closed list, separated by commas; `words` says what each stands for."""

    def __init__(self, words: Mapping[str, Any], *, field_name: str) -> None:
        self.words = words
        super().__init__(field_name=field_name)

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        if not value:
            return qs
        wanted = [one_of(self.field_name, word, self.words) for word in value]
        return qs.filter(**{f"{self.field_name}__in": wanted})
