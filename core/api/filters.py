"""The kinds of filter a list may declare: closed words, flags, ids, days."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet

from core.api.views import one_of
from core.days import day_end, day_start
from core.ids import as_number


class DayField(forms.DateField):
    """A day as ISO 8601 writes it, and in no other way."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "input_formats": ["%Y-%m-%d"]})

    def to_python(self, value: Any) -> Any:
        if value and not str(value).isascii():
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


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
    """An id, or `none` for nothing set where that is offered; a malformed id finds nothing."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        if not value:
            return qs
        if value == "none":
            return qs.filter(**{f"{self.field_name}__isnull": True})
        pk = as_number(str(value))
        return qs.none() if pk is None else qs.filter(**{self.field_name: pk})


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
