"""Lists: closed filters and sorts, pages with capped counts, cursors that hold their place."""

import base64
import datetime
from collections import namedtuple
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Generic, TypeVar

import orjson
from django.core.exceptions import EmptyResultSet
from django.db.models import F, Model, Q, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django_filters.rest_framework import FilterSet
from rest_framework.request import Request

from core.errors import Invalid, PageTooDeep
from core.prepared import execute
from core.text import choices_in_words

M = TypeVar("M", bound=Model)
COUNT_CAP = 10_000
FEW = 1_000
DEFAULT_LIMIT = 20
MAX_LIMIT = 100
PAGING = {"page", "limit", "cursor", "sortBy", "sortOrder"}
MAX_PARAMETER = 2_000


@dataclass(frozen=True)
class Sort:
    """An order by one column, ties broken by id; rows without a value come last."""

    column: str
    nullable: bool = False


@dataclass(frozen=True)
class Paging:
    """Hold what a list was asked for: which page or cursor, how many, in which order."""

    page: int
    limit: int
    cursor: str | None
    sort: str
    descending: bool


@dataclass(frozen=True)
class Page(Generic[M]):
    """A page of rows and the contract's `meta`."""

    rows: list[M]
    meta: dict[str, Any]


def refuse_unknown(request: Request, known: Iterable[str]) -> None:
    """Raise Invalid naming parameters that are not declared, given twice, empty, too long or hold a NUL."""
    allowed = set(known)
    wrong: dict[str, list[str]] = {}
    for name, values in request.query_params.lists():
        if name not in allowed:
            wrong[name[:100]] = [_("Unknown parameter.")]
        elif len(values) > 1:
            wrong[name] = [_("Give this parameter once.")]
        elif not values[0].strip():
            wrong[name] = [_("Give this parameter a value, or leave it out.")]
        elif "\x00" in values[0] or len(values[0]) > MAX_PARAMETER or not _encodable(values[0]):
            wrong[name] = [_("This value cannot be used.")]
    if wrong:
        raise Invalid(fields=wrong)


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def read_paging(source: Mapping[str, Any], sorts: Mapping[str, Sort], default: str) -> Paging:
    """Page, limit, cursor and order from query parameters or a search body; Invalid names what is wrong."""
    page = _whole(source, "page", 1, 1, 2**31)
    limit = _whole(source, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT)
    sort = source.get("sortBy") or default
    order = source.get("sortOrder") or "desc"
    if sort not in sorts:
        raise Invalid(fields={"sortBy": [choices_in_words(sorts)]})
    if order not in {"asc", "desc"}:
        raise Invalid(fields={"sortOrder": [choices_in_words(["asc", "desc"])]})
    cursor = source.get("cursor") or None
    if cursor is not None and (not isinstance(cursor, str) or len(cursor) > 500):
        raise Invalid(fields={"cursor": [_("This cursor cannot be used.")]})
    if cursor is None and page * limit > COUNT_CAP:
        raise PageTooDeep
    return Paging(page, limit, cursor, sort, order == "desc")


def _whole(source: Mapping[str, Any], name: str, default: int, low: int, high: int) -> int:
    raw = source.get(name)
    if raw is None or raw == "":
        return default
    text = str(raw)
    if isinstance(raw, bool | float) or not (text.isascii() and text.isdigit() and len(text) < 20):
        raise Invalid(fields={name: [_("This must be a whole number.")]})
    if not low <= int(text) <= high:
        raise Invalid(fields={name: [_("This must be from %(low)s to %(high)s.") % {"low": low, "high": high}]})
    return int(text)


def filtered(
    queryset: QuerySet[M], filter_set: type[FilterSet], request: Request, *, also: Iterable[str] = ()
) -> QuerySet[M]:
    """The rows a closed filter set leaves; unknown parameters and wrong values are named in a 400.

    `also` names parameters that the view reads itself.
    """
    refuse_unknown(request, {*filter_set.base_filters, *PAGING, *also})
    return narrowed(queryset, filter_set, request.query_params)


def narrowed(queryset: QuerySet[M], filter_set: type[FilterSet], values: Any) -> QuerySet[M]:
    """The rows that the filters leave for these values; Invalid names the wrong ones."""
    given = frozenset(name for name in filter_set.base_filters if name in values)
    if not given:
        return queryset
    bound = _of_these(filter_set, given)(values, queryset=queryset)  # type: ignore[arg-type]
    if not bound.is_valid():
        raise Invalid(fields={name: [str(text) for text in texts] for name, texts in bound.errors.items()})
    return bound.qs


@lru_cache(maxsize=256)
def _of_these(filter_set: type[FilterSet], names: frozenset[str]) -> type[FilterSet]:
    """A filter set with these of its filters alone: it copies each for each request, and makes a field of it."""
    kind: type[FilterSet] = type(filter_set.__name__, (filter_set,), {})
    kind.base_filters = {name: each for name, each in filter_set.base_filters.items() if name in names}
    return kind


def order(queryset: QuerySet[M], paging: Paging, sorts: Mapping[str, Sort]) -> QuerySet[M]:
    """In the order asked for, ties broken by id; without a value comes last either way."""
    sort = sorts[paging.sort]
    column = F(sort.column)
    if sort.nullable:
        by = column.desc(nulls_last=True) if paging.descending else column.asc(nulls_last=True)
    else:
        by = column.desc() if paging.descending else column.asc()
    return queryset.order_by(by, "-pk" if paging.descending else "pk")


def paginate(
    queryset: QuerySet[M], paging: Paging, sorts: Mapping[str, Sort], *, brief: bool = False, steady: bool = False
) -> Page[M]:
    """One page in a stable order, with a count that stops at 10,000.

    `brief` rows hold their id and the column of their order alone. `steady`, for brief ones, says that one plan serves
    whatever values the filters have: count and page are then planned once a connection.
    """
    ordered = order(queryset, paging, sorts)
    if steady:
        return _steady_page(queryset, ordered, paging, sorts[paging.sort])
    total = queryset.order_by()[: COUNT_CAP + 1].count()
    if total > FEW or not brief:
        return page_of(ordered, paging, sorts, total=total, cap=COUNT_CAP)
    # The planner expects to meet a page soon when it walks in order; of few rows it may meet none before the end.
    column = sorts[paging.sort].column
    rows = read(queryset.order_by().values_list("pk", column)[: FEW + 1], column)
    return page_of_rows(queryset.model, in_order(rows, paging, sorts), paging, sorts, total=total, cap=COUNT_CAP)


def _steady_page(queryset: QuerySet[M], ordered: QuerySet[M], paging: Paging, sort: Sort) -> Page[M]:
    try:
        counted, params = queryset.order_by().values("pk")[: COUNT_CAP + 1].query.sql_with_params()
        page = _window(ordered, paging, sort).values_list("pk", sort.column)
        [(total,)] = execute(f"select count(*) from ({counted}) counted", params)
        rows = execute(*page.query.sql_with_params())
    except EmptyResultSet:
        total, rows = 0, []
    return _page(read(rows, sort.column), paging, sort, total, COUNT_CAP)


def page_of(ordered: QuerySet[M], paging: Paging, sorts: Mapping[str, Sort], *, total: int, cap: int) -> Page[M]:
    """The page of an ordered queryset that was asked for; `total` beyond `cap` is told as capped."""
    sort = sorts[paging.sort]
    return _page(list(_window(ordered, paging, sort)), paging, sort, total, cap)


def _window(ordered: QuerySet[M], paging: Paging, sort: Sort) -> QuerySet[M]:
    """The rows of the page, and one more if there is one."""
    if paging.cursor:
        return _after(ordered, paging, sort)[: paging.limit + 1]
    start = (paging.page - 1) * paging.limit
    return ordered[start : start + paging.limit + 1]


def read(rows: Iterable[Sequence[Any]], column: str) -> list[Any]:
    """Rows of id, a column and more, as far as paging looks at them: a thousand models take longer than their query."""
    kind = _row_of(column)
    return [kind(row[0], row[1]) for row in rows]


@cache
def _row_of(column: str) -> Any:
    return namedtuple("_Row", ["pk", column])


def in_order(rows: Iterable[M], paging: Paging, sorts: Mapping[str, Sort]) -> list[M]:
    """Rows at hand in the order asked for, as the database would put them."""
    column = sorts[paging.sort].column
    valued = [row for row in rows if getattr(row, column) is not None]
    empty = [row for row in rows if getattr(row, column) is None]
    valued.sort(key=lambda row: (getattr(row, column), row.pk), reverse=paging.descending)
    return [*valued, *sorted(empty, key=lambda row: row.pk, reverse=paging.descending)]


def page_of_rows(
    model: type[M], ordered: Sequence[M], paging: Paging, sorts: Mapping[str, Sort], *, total: int, cap: int
) -> Page[M]:
    """The page that was asked for of rows at hand, already in order; as `page_of` finds it."""
    sort = sorts[paging.sort]
    start = (paging.page - 1) * paging.limit
    if paging.cursor and ordered:
        stands = _Standing(paging, sort, *position(model, paging, sort))
        start = next((place for place, row in enumerate(ordered) if stands.before(row)), len(ordered))
    return _page(list(ordered[start : start + paging.limit + 1]), paging, sort, total, cap)


@dataclass(frozen=True)
class _Standing:
    """Where a cursor stands in an order."""

    paging: Paging
    sort: Sort
    value: Any
    pk: int

    def before(self, row: Model) -> bool:
        """Return whether a row lies behind the cursor."""
        found = getattr(row, self.sort.column)
        if found is None or self.value is None:
            behind = row.pk < self.pk if self.paging.descending else row.pk > self.pk
            return found is None and (self.value is not None or behind)
        here, there = (found, row.pk), (self.value, self.pk)
        return bool(here < there if self.paging.descending else here > there)


def _page(rows: list[M], paging: Paging, sort: Sort, total: int, cap: int) -> Page[M]:
    """A page of rows read one further than its limit, with its `meta`."""
    more, rows = len(rows) > paging.limit, rows[: paging.limit]
    meta: dict[str, Any] = {
        "page": paging.page,
        "limit": paging.limit,
        "total": min(total, cap),
        "totalPages": -(-min(total, cap) // paging.limit),
        "nextCursor": _cursor(rows[-1], paging, sort.column) if more else None,
    }
    if total > cap:
        meta["totalIsCapped"] = True
    return Page(rows, meta)


def _cursor(row: Model, paging: Paging, column: str) -> str:
    value = getattr(row, column)
    if isinstance(value, datetime.datetime):
        value = value.isoformat()
    packed = orjson.dumps([paging.sort, paging.descending, value, row.pk])
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def _after(ordered: QuerySet[M], paging: Paging, sort: Sort) -> QuerySet[M]:
    """The rows behind the cursor's."""
    value, pk = position(ordered.model, paging, sort)
    column, way = sort.column, "lt" if paging.descending else "gt"
    behind = Q(**{f"pk__{way}": pk})
    if value is None:
        return ordered.filter(behind, **{f"{column}__isnull": True})
    further = Q(**{f"{column}__{way}": value})
    if sort.nullable:
        return ordered.filter(further | Q(**{column: value}) & behind | Q(**{f"{column}__isnull": True}))
    # The first condition lets the index start at the cursor; the second breaks ties.
    return ordered.filter(Q(**{f"{column}__{way}e": value}), further | behind)


def position(model: type[Model], paging: Paging, sort: Sort) -> tuple[Any, int]:
    """Where the cursor stands: the value of its row's column, and its id; Invalid for anything but our own."""
    refusal = Invalid(fields={"cursor": [_("This cursor cannot be used.")]})
    try:
        name, descending, raw, pk = orjson.loads(base64.urlsafe_b64decode(f"{paging.cursor}==="))
        field = model._meta.get_field(sort.column)
        moment = field.get_internal_type() == "DateTimeField" and raw is not None
        value = parse_datetime(raw) if moment else field.to_python(raw)  # type: ignore[union-attr]
        if isinstance(value, datetime.datetime) and value.tzinfo:
            value = value.astimezone(datetime.UTC)  # OverflowError beyond the calendar's ends
    except Exception:
        raise refusal from None
    if (
        (value is None and not (sort.nullable and raw is None))
        or (isinstance(value, datetime.datetime) and value.tzinfo is None)
        or (isinstance(value, str) and "\x00" in value)
        or not isinstance(pk, int)
        or abs(pk) >= 2**63
        or (name, descending) != (paging.sort, paging.descending)
    ):
        raise refusal
    return value, pk


def thread_page(
    queryset: QuerySet[M], source: Mapping[str, Any], default: int = 50
) -> tuple[Sequence[M], dict[str, bool]]:
    """Messages in order of id: the latest by default, or those before or after an id; with the contract's meta."""
    limit = _whole(source, "limit", default, 1, MAX_LIMIT)
    before, after = (_whole(source, name, 0, 1, 2**63) if source.get(name) else 0 for name in ("before", "after"))
    if before and after:
        raise Invalid(fields={"before": [_("Give before or after, not both.")]})
    if after:
        rows = list(queryset.filter(pk__gt=after).order_by("pk")[: limit + 1])
        more, rows = len(rows) > limit, rows[:limit]
        return rows, {"hasBefore": queryset.filter(pk__lte=after).exists(), "hasAfter": more}
    older = queryset.filter(pk__lt=before) if before else queryset
    rows = list(older.order_by("-pk")[: limit + 1])
    more, rows = len(rows) > limit, rows[:limit][::-1]
    return rows, {"hasBefore": more, "hasAfter": bool(before) and queryset.filter(pk__gte=before).exists()}
