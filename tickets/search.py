"""Finding tickets by words, in the caller's scope, with an index behind every path.

Text is folded by the database alone (`fold_v1`): column and query go through the same function. Every word must stand
somewhere in the ticket's own text. The way is chosen by what a look at the newest rows tells:

- the scope is small: all of it was looked at;
- the words are common there: walk newest first and filter, which finds a page soon;
- else: ask the index for at most 1,001 ids; up to 1,000 are sorted, more are walked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import BooleanField, Exists, F, Func, OuterRef, QuerySet, TextField, Value

from core.api.lists import Page, Paging, Sort, order, page_of
from core.protocols import Viewer
from tickets.models import Message, Ticket

CAP = 1_000
WINDOW = 2_000
COMMON = WINDOW // 10
MESSAGES_CAP = 5_000
SHORT = 3


@dataclass(frozen=True)
class Words:
    """A folded query: words long enough for trigrams, and those found by how a word begins."""

    long: tuple[str, ...]
    short: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        return self.long + self.short


def fold(*texts: str) -> list[str]:
    """Texts as the database folds them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select array(select fold_v1(t) from unnest(%s::text[]) with ordinality u(t, n) order by n)", [list(texts)]
        )
        return list(cursor.fetchone()[0])


def split(folded: str) -> Words:
    """The words of a folded query, each once; at most ten."""
    words = list(dict.fromkeys(folded.split()))[:10]
    return Words(
        tuple(word for word in words if len(word) >= SHORT), tuple(word for word in words if len(word) < SHORT)
    )


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
    may read. `total` stops at 1,000.
    """
    words, content = (split(folded) for folded in fold(query, message_content))
    condition = _Condition(words, content, viewer)
    ordered = order(scope, paging, sorts)
    newest = list(ordered.values_list("pk", flat=True)[: WINDOW + 1])
    found = set(condition.walked(Ticket.objects.filter(pk__in=newest[:WINDOW])).values_list("pk", flat=True))
    if len(newest) <= WINDOW:
        return page_of(ordered.filter(pk__in=found), paging, sorts, total=len(found), cap=CAP)
    if len(found) < COMMON:
        ids = condition.probe(scope)
        if ids is not None:
            return page_of(ordered.filter(pk__in=ids), paging, sorts, total=len(ids), cap=CAP)
    with planner(enable_bitmapscan=False, enable_sort=False):
        walked = condition.walked(ordered)
        total = len(walked.values_list("pk", flat=True)[: CAP + 1])
        return page_of(walked, paging, sorts, total=total, cap=CAP)


class _Condition:
    """What is looked for, as conditions for a walk and for the index."""

    def __init__(self, words: Words, content: Words, viewer: Viewer) -> None:
        self.words, self.content, self.viewer = words, content, viewer

    def walked(self, rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
        """The rows that hold the words, each looked at by itself."""
        for text in _walked(self.words):
            rows = rows.filter(text)
        if self.content.all:
            messages = Message.objects.visible_to(self.viewer).filter(ticket=OuterRef("pk"))
            for text in _walked(self.content):
                messages = messages.filter(text)
            rows = rows.filter(Exists(messages))
        return rows

    def probe(self, scope: QuerySet[Ticket]) -> list[int] | None:
        """The ids that the index finds in the scope; None when there are more than 1,000."""
        if self.content.all:
            tickets = self._of_messages()
            if tickets is None:
                return None
            scope = scope.filter(pk__in=tickets)
        for text in _indexed(self.words):
            scope = scope.filter(text)
        with planner(enable_seqscan=False, enable_indexscan=False):
            ids = list(scope.order_by().values_list("pk", flat=True)[: CAP + 1])
        return ids if len(ids) <= CAP else None

    def _of_messages(self) -> set[int] | None:
        """Tickets of the messages that the index finds; None when there are too many to list."""
        found: set[int] = set()
        for internal in (False, True) if self.viewer.is_agent else (False,):
            rows = Message.objects.filter(is_internal=internal)
            for text in _walked(self.content):
                rows = rows.filter(text)
            with planner(enable_seqscan=False, enable_indexscan=False):
                ids = list(rows.order_by().values_list("ticket_id", flat=True)[: MESSAGES_CAP + 1])
            if len(ids) > MESSAGES_CAP:
                return None
            found.update(ids)
        return found


class SearchText(Func):
    """The folded text of a row, which the database keeps beside the columns that Django knows."""

    output_field = TextField()

    def __init__(self, key: str = "pk") -> None:
        super().__init__(F(key))

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        alias = self.source_expressions[0].alias
        return f"{compiler.quote_name_unless_alias(alias)}.search_text", []


class _Holds(Func):
    """A condition on the folded text; `arg_joiner` is the operator."""

    template = "%(expressions)s"
    output_field = BooleanField()


def _walked(words: Words) -> Iterator[Any]:
    """One condition a word, cheap to ask of a row that is at hand."""
    for word in words.long:
        yield _Holds(SearchText(), Value(f"%{_escaped(word)}%"), arg_joiner=" like ")
    for word in words.short:
        yield _Holds(SearchText(), Value(_begins(word)), arg_joiner=" ~ ")


def _indexed(words: Words) -> Iterator[Any]:
    """One condition a word, answered by an index."""
    yield from _walked(Words(words.long, ()))
    for word in words.short:
        yield _Holds(SearchText(), Value(word), template="prefixes_v1(%(expressions)s]", arg_joiner=") @> array[")


def _escaped(word: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", word)


def _begins(word: str) -> str:
    """A regular expression for a word's beginning, as `prefixes_v1` sees words."""
    before = "[^[:alnum:]]" if word.isalnum() else "[[:space:]]"
    return f"(^|{before}){re.escape(word)}"


@contextmanager
def planner(**settings: bool) -> Iterator[None]:
    """Plan what is asked inside with these planner settings."""
    with transaction.atomic(), connection.cursor() as cursor:
        names = list(settings)
        cursor.execute(
            "select " + ", ".join(f"set_config('{name}', %s, true)" for name in names),
            ["on" if settings[name] else "off" for name in names],
        )
        yield
        cursor.execute("select " + ", ".join(f"set_config('{name}', 'on', true)" for name in names))
