"""An import from beginning to end: batches, what was wrong by line, and never the same ticket twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connection
from django.utils import timezone

from accounts.models import User
from tickets.importing.loading import import_tickets, imported_before
from tickets.importing.mapping import Mapped
from tickets.importing.people import Catalogue, check_people, known_people
from tickets.importing.reading import read
from tickets.importing.records import TicketRecord, Wrong, ticket_record

Batch = list[TicketRecord]
BATCH = 500
_LOCK = 4244


@dataclass
class Progress:
    """How far an import is; `wrong` are line numbers with reasons."""

    tickets: int = 0
    customers: int = 0
    there: int = 0
    wrong: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Options:
    """`source` names the other system; `resume` takes up an import that was interrupted; `dry_run` writes nothing."""

    source: str
    resume: bool = False
    dry_run: bool = False


def run(path: Path, mapped: Mapped, options: Options, tell: Callable[[Progress], None]) -> Progress:
    """Import a file; `tell` hears of every batch.

    Raises OSError and Wrong for a file that cannot be read, and Wrong when another import is under way. Batches that
    are written stay written whatever comes after.
    """
    progress = Progress()
    with _alone(), _gathered_words():
        importer = _Import(mapped, options, progress)
        for batch in _ahead(importer.batches(path)):
            importer.load(batch)
            tell(progress)
    progress.wrong.sort()  # the batch ahead was read while the one before was written
    return progress


def _ahead(batches: Iterator[Batch]) -> Iterator[Batch]:
    """The same batches, each read while PostgreSQL writes the one before."""
    with ThreadPoolExecutor(1, "import") as reader:
        coming = reader.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = reader.submit(next, batches, None)
            yield batch


class _Import:
    def __init__(self, mapped: Mapped, options: Options, progress: Progress) -> None:
        self.mapped, self.options, self.progress = mapped, options, progress
        self.catalogue = Catalogue.read()
        self.now = timezone.now()

    def batches(self, path: Path) -> Iterator[Batch]:
        batch: Batch = []
        for line, given in read(path, self.mapped):
            try:
                if isinstance(given, Wrong):
                    raise given
                one = ticket_record(given, line=line, zone=self.mapped.zone, now=self.now)
                self.catalogue.check(one)
            except Wrong as wrong:
                self.progress.wrong.append((line, str(wrong)))
                continue
            batch.append(one)
            if len(batch) == BATCH:
                yield batch
                batch = []
        yield batch

    def load(self, batch: Batch) -> None:
        people = known_people(batch)
        fresh = list(self._checked(self._new(batch), people))
        if self.options.dry_run:
            self.progress.tickets += len(fresh)
            self.progress.customers += len({one.customer_email for one in fresh} - people.keys())
        elif fresh:
            made = import_tickets(fresh, source=self.options.source, people=people, catalogue=self.catalogue)
            self.progress.tickets += made.tickets
            self.progress.customers += made.customers

    def _new(self, batch: Batch) -> Iterator[TicketRecord]:
        """Those that are not here yet; the others are wrong, unless an import is resumed."""
        before = imported_before(self.options.source, [one.source_id for one in batch])
        seen: set[str] = set()
        for one in batch:
            if one.source_id in seen:
                self.progress.wrong.append((one.line, f"the id {one.source_id} came before in this file"))
            elif one.source_id not in before:
                yield one
            else:
                self.progress.there += 1
                if not self.options.resume:
                    self.progress.wrong.append((one.line, f"the id {one.source_id} was imported before (--resume)"))
            seen.add(one.source_id)

    def _checked(self, batch: Iterator[TicketRecord], people: dict[str, User]) -> Iterator[TicketRecord]:
        for one in batch:
            try:
                check_people(one, people)
            except Wrong as wrong:
                self.progress.wrong.append((one.line, str(wrong)))
            else:
                yield one


@contextmanager
def _alone() -> Iterator[None]:
    """One import at a time."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            raise Wrong("another import is under way")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(%s)", [_LOCK])


@contextmanager
def _gathered_words() -> Iterator[None]:
    """Words go into the indexes of search in large pieces, and all of them before the import ends.

    One that fails leaves what has gathered to autovacuum; it is found all the same.
    """
    with connection.cursor() as cursor:
        cursor.execute("set gin_pending_list_limit = '64MB'; set work_mem = '64MB'")
    yield
    with connection.cursor() as cursor:
        cursor.execute("select settle_search()")
        cursor.execute("reset gin_pending_list_limit; reset work_mem")
