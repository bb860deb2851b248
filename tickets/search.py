"""Finding tickets by words, in the caller's scope, with an index behind every path.

Text is folded by the database alone (`fold_v1`): column and query go through the same function. Every word must stand
somewhere in the ticket's own text. The way is chosen by what a look at the first rows of the order tells:

- the scope is small: all of it is looked at;
- the words are common there: walk on in that order, a bounded way, which soon finds a page and 1,001 hits;
- else: ask the index for 1,001 rows. Up to 1,000 are all there are; with more, the page is found by walking.
"""

from __future__ import annotations

import operator
import re
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import reduce
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import OperationalError, connection, transaction
from django.db.models import BooleanField, ExpressionWrapper, F, Func, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.lookups import IsNull
from django.utils.translation import gettext_lazy as _
from psycopg.errors import QueryCanceled

from core.api.lists import Page, Paging, Sort, in_order, order, page_of, page_of_rows, position, read
from core.errors import Invalid
from core.prepared import execute_planned_once
from core.protocols import Viewer
from core.search_words import Holds, Words, contains, fold, split
from tickets.models import Message, Ticket

CAP = 1_000
WINDOW = 30
COMMON = WINDOW // 10
# How far a walk for common words goes before the index is asked after all: what stood in the first rows may be new.
REACH = 10_000
MESSAGES_CAP = 5_000


def search(
    scope: QuerySet[Ticket],
    paging: Paging,
    sorts: dict[str, Sort],
    *,
    viewer: Viewer,
    query: str = "",
    message_content: str = "",
) -> Page[Ticket]:
    """A page of the tickets of `scope` (already the viewer's own, already filtered) that hold the words.

    Words of `query` stand in the ticket's own text, those of `message_content` together in one message that the viewer
    may read. When nothing holds the words as typed, those without the signs around them are looked for. `total` stops
    at 1,000. Raises Invalid for words of messages that cannot be looked for in SEARCH_MESSAGES_MS.
    """
    words, content = (split(folded) for folded in fold(query, message_content))
    limit = TimeLimit(settings.SEARCH_MESSAGES_MS) if content.all else None
    page = _found(_Condition(words, content, viewer, limit), scope, paging, sorts)
    bare = (words.bare(), content.bare())
    if page.meta["total"] or bare == (None, None):
        return page
    return _found(_Condition(bare[0] or words, bare[1] or content, viewer, limit), scope, paging, sorts)


def _found(condition: _Condition, scope: QuerySet[Ticket], paging: Paging, sorts: dict[str, Sort]) -> Page[Ticket]:
    """The page of the tickets of `scope` that hold the words as they are."""
    ordered = order(scope, paging, sorts)
    column = sorts[paging.sort].column
    if paging.cursor:
        position(Ticket, paging, sorts[paging.sort])
    with condition.step():
        first = list(condition.looked(ordered)[: WINDOW + 1])
    hits = [row for row in first if row.hit]
    if len(first) <= WINDOW:
        return page_of_rows(Ticket, hits, paging, sorts, total=len(hits), cap=CAP)
    if len(hits) >= COMMON:
        with condition.step():
            page = _walked_among(condition.looked(ordered)[:REACH], paging, sorts)
        if page is not None:
            return page if page.rows else _walked_page(condition, ordered, paging, sorts, total=CAP + 1)
    with condition.step():
        found = _of_few(condition, scope, column) if scope.query.where else None
    if found is None:
        found = condition.probe(scope, column)
    if found is not None and len(found) <= CAP:
        return page_of_rows(Ticket, in_order(found, paging, sorts), paging, sorts, total=len(found), cap=CAP)
    return _walked_page(condition, ordered, paging, sorts, total=None if found is None else CAP + 1)


def _walked_among(looked: QuerySet[Ticket], paging: Paging, sorts: dict[str, Sort]) -> Page[Ticket] | None:
    """The page among the first 1,001 hits, without rows when it lies further; None when there are not so many."""
    column = sorts[paging.sort].column
    end = paging.page * paging.limit + 1
    sql, params = looked.query.sql_with_params()
    # No ORDER BY outside: a subquery scan keeps the order, and stops at the limit.
    found = f'with found as materialized (select "id", "{column}" from ({sql}) looked where hit limit {CAP + 1})'
    with planner(enable_bitmapscan=False, enable_sort=False), connection.cursor() as cursor:
        cursor.execute(f"{found} select *, (select count(*) from found) from found limit {end}", params)
        rows = cursor.fetchall()
    if not rows or rows[0][-1] <= CAP:
        return None
    if paging.cursor or end > CAP:
        return Page([], {})
    return page_of_rows(Ticket, read(rows, column), paging, sorts, total=CAP + 1, cap=CAP)


def _of_few(condition: _Condition, scope: QuerySet[Ticket], column: str) -> list[Any] | None:
    """The hits of a scope of at most 10,000 tickets, each looked at: words that are common elsewhere fill the index.

    None for a larger scope.
    """
    if scope.order_by().values("pk")[REACH : REACH + 1].exists():
        return None
    sql, params = condition.looked(scope.order_by())[: REACH + 1].query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f'select "id", "{column}" from ({sql}) looked where hit limit {CAP + 1}', params)
        return read(cursor.fetchall(), column)


def _walked_page(
    condition: _Condition, ordered: QuerySet[Ticket], paging: Paging, sorts: dict[str, Sort], *, total: int | None
) -> Page[Ticket]:
    """The page, looking at each row in order; `total` is counted so too when it is not known."""
    with condition.step(), planner(enable_bitmapscan=False, enable_sort=False):
        walked = condition.walked(ordered)
        if total is None:
            total = len(walked.values_list("pk", flat=True)[: CAP + 1])
        return page_of(walked, paging, sorts, total=total, cap=CAP)


class _Condition:
    """Hold what is looked for, as conditions for a walk and for the index."""

    def __init__(self, words: Words, content: Words, viewer: Viewer, limit: TimeLimit | None = None) -> None:
        self.words, self.content, self.viewer, self.limit = words, content, viewer, limit

    def step(self) -> AbstractContextManager[None]:
        """Bound what is asked inside by what is left of the time."""
        return self.limit.step() if self.limit else nullcontext()

    def walked(self, rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
        """The rows that hold the words, each looked at by itself."""
        for condition in self._each():
            rows = rows.filter(condition)
        return rows

    def looked(self, ordered: QuerySet[Ticket]) -> QuerySet[Any]:
        """Every row, with `hit`: whether it holds the words."""
        hit = reduce(operator.and_, (Q(condition) for condition in self._each()), Q())
        return ordered.annotate(hit=ExpressionWrapper(hit, BooleanField()) if hit else Value(True))

    def _each(self) -> Iterator[Any]:
        """One condition a word, and one for the message."""
        yield from conditions(self.words)
        if self.content.all:
            messages = Message.objects.visible_to(self.viewer).filter(ticket=OuterRef("pk"))
            for text in conditions(self.content):
                messages = messages.filter(text)
            # Never EXISTS, which PostgreSQL may answer by reading every message first.
            yield IsNull(Subquery(messages.values("pk")[:1]), False)

    def probe(self, scope: QuerySet[Ticket], column: str) -> list[Ticket] | None:
        """The rows that the index finds in the scope, 1,001 at most; None when there are too many messages to list."""
        if self.content.all:
            tickets = self._of_messages()
            if tickets is None:
                return None
            scope = scope.filter(pk__in=tickets)
        for text in _indexed(self.words):
            scope = scope.filter(text)
        with self.step():
            return read(_by_index(scope.order_by().values_list("pk", column)[: CAP + 1]), column)

    def _of_messages(self) -> set[int] | None:
        """Tickets of the messages that the index finds; None when there are too many to list."""
        found: set[int] = set()
        for rows in self._messages():
            for text in conditions(self.content):
                rows = rows.filter(text)
            with self.step():
                ids = _by_index(rows.order_by().values_list("ticket_id")[: MESSAGES_CAP + 1])
            if len(ids) > MESSAGES_CAP:
                return None
            found.update(pk for (pk,) in ids)
        return found

    def _messages(self) -> Iterator[QuerySet[Message]]:
        """The messages to look among, each part with an index of its own; openings by the words of their tickets."""
        public = Message.objects.filter(is_internal=False)
        if self.content.long.all:
            opened = public.filter(opens__isnull=False)
            for text in conditions(self.content.long, "opens__number"):
                opened = opened.filter(text)
            yield from (opened, public.filter(opens=None))
        else:
            yield public
        if self.viewer.is_agent:
            yield Message.objects.filter(is_internal=True)


def _by_index(rows: QuerySet[Any, Any]) -> list[tuple[Any, ...]]:
    """The rows, found by bitmaps of indexes whatever the planner thinks of it, in one round trip."""
    try:
        return execute_planned_once(*rows.query.sql_with_params(), off=["enable_seqscan", "enable_indexscan"])
    except EmptyResultSet:
        return []


class SearchText(Func):
    """The folded text of a row, which the database keeps beside the columns that Django knows."""

    output_field = TextField()

    def __init__(self, key: str = "pk") -> None:
        super().__init__(F(key))

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, **context: Any
    ) -> tuple[str, list[Any]]:
        # The key is resolved by now: a column that knows the alias of its table.
        alias = cast(Any, self.source_expressions[0]).alias
        return f"{compiler.quote_name_unless_alias(alias)}.search_text", []


def conditions(words: Words, key: str = "pk") -> Iterator[Any]:
    """Yield one condition a word, cheap to ask of a row that is at hand."""
    for word in words.long.all:
        yield reduce(operator.or_, (Q(contains(SearchText(key), form)) for form in word.forms))
    for word in words.short.all:
        yield Holds(SearchText(key), Value(_begins(word.forms[0])), arg_joiner=" ~ ")


def _indexed(words: Words) -> Iterator[Any]:
    """One condition a word, answered by an index."""
    yield from conditions(words.long)
    for word in words.short.all:
        value = Value(word.forms[0])
        yield Holds(SearchText(), value, template="prefixes_v1(%(expressions)s]", arg_joiner=") @> array[")


def _begins(word: str) -> str:
    """A regular expression for a word's beginning, as `prefixes_v1` sees words."""
    before = "[^[:alnum:]]" if word.isalnum() else "[[:space:]]"
    return f"(^|{before}){re.escape(word)}"


class TimeLimit:
    """So many milliseconds for looking through messages, spent in steps: some words no index finds in time."""

    def __init__(self, milliseconds: int) -> None:
        self.ends = time.monotonic() + milliseconds / 1000

    @contextmanager
    def step(self) -> Iterator[None]:
        """Give each statement inside what is left; Invalid names `messageContent` when that is not enough."""
        left = round((self.ends - time.monotonic()) * 1000)
        if left <= 0:
            raise Invalid(fields={"messageContent": [TOO_BROAD]})
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("select current_setting(%s)", ["statement_timeout"])
                [before] = cursor.fetchone()
                cursor.execute(_SET_LIMIT, [str(left)])
                yield
                cursor.execute(_SET_LIMIT, [before])
        except OperationalError as error:
            if not isinstance(error.__cause__, QueryCanceled):
                raise
            raise Invalid(fields={"messageContent": [TOO_BROAD]}) from None


_SET_LIMIT = "select set_config('statement_timeout', %s, true)"
TOO_BROAD = _(
    "These words stand in too many messages to look through. Add a longer or rarer word, or narrow the search by days, "
    "status or customer."
)


@contextmanager
def planner(**settings: bool) -> Iterator[None]:
    """Plan what is asked inside with these planner settings."""
    ours = not connection.in_atomic_block
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        names = list(settings)
        cursor.execute(
            "select " + ", ".join(f"set_config('{name}', %s, true)" for name in names),
            ["on" if settings[name] else "off" for name in names],
        )
        yield
        if not ours:  # else the transaction's end does it
            cursor.execute("select " + ", ".join(f"set_config('{name}', 'on', true)" for name in names))
