"""Define what a list takes in its address, for the document: read from the filter set and the sorts themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import django_filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from core.api.filters import WordsFilter
from core.api.lists import MAX_LIMIT

LIMIT = OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT})


def list_parameters(filter_set: type[django_filters.FilterSet] | None, sorts: Iterable[str]) -> list[OpenApiParameter]:
    """The parameters of a list with these filters and orders."""
    filters = filter_set.base_filters if filter_set else {}
    return [
        *(_parameter(name, kind) for name, kind in filters.items()),
        OpenApiParameter("page", {"type": "integer", "minimum": 1}),
        LIMIT,
        OpenApiParameter("cursor", str, description="`nextCursor` of the page before; instead of `page`."),
        OpenApiParameter("sortBy", str, enum=list(sorts)),
        OpenApiParameter("sortOrder", str, enum=["asc", "desc"]),
    ]


def thread_parameters() -> list[OpenApiParameter]:
    """The parameters of a list of messages."""
    message = {"type": "string", "pattern": "^[0-9]{1,19}$"}
    return [*(OpenApiParameter(name, message, description="A message's id.") for name in ("before", "after")), LIMIT]


def _parameter(name: str, kind: Any) -> OpenApiParameter:
    if isinstance(kind, WordsFilter):
        return OpenApiParameter(name, str, many=True, explode=False, enum=list(kind.words))
    if isinstance(kind, django_filters.BaseCSVFilter):
        return OpenApiParameter(name, str, many=True, explode=False)
    if isinstance(kind, django_filters.ChoiceFilter):
        return OpenApiParameter(name, str, enum=[value for value, _label in kind.extra["choices"]])
    return OpenApiParameter(name, OpenApiTypes.DATE if isinstance(kind, django_filters.DateFilter) else str)
