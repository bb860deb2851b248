"""An import from beginning to end: batches, what was wrong by line, and never the same ticket twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from django.db import IntegrityError
from django.utils import timezone

from accounts.models import User
from core.advisory_lock import advisory_lock
from tickets.importing.loading import Ready, import_tickets, imported_before
from tickets.importing.mapping import Mapped
from tickets.importing.people import Catalogue, check_people, known_people, make_customers
from tickets.importing.reading import read
from tickets.importing.records import TicketRecord, Wrong, ticket_record
from tickets.importing.writers import words_gathered, written
from tickets.operations.writer import reserve

Batch = list[TicketRecord]
BATCH = 500
TRIES = 5
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
    with advisory_lock(_LOCK, Wrong("another import is under way")), words_gathered():
        importer = _Import(mapped, options, progress)
        ready = map(importer.ready, _ahead(importer.batches(path)))
        for tickets in written(ready, importer.write):
            progress.tickets += tickets
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
        self.seen: set[str] = set()
        self.would_be: set[str] = set()

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

    def ready(self, batch: Batch) -> Ready:
        """Return what is to be written of a batch, its customers there, its numbers in the order of the file."""
        fresh = list(self._new(batch))
        for left in reversed(range(TRIES)):
            people = known_people(fresh)
            right, wrong = self._checked(fresh, people)
            try:
                self.progress.customers += self._customers(right, people)
                break
            except IntegrityError as error:  # somebody signed up with one of these addresses just now
                if not left:
                    raise Wrong("addresses of this file are taken while it is imported") from error
        self.progress.wrong += wrong
        return Ready(right, [] if self.options.dry_run else reserve(len(right)), people)

    def write(self, ready: Ready) -> int:
        """Write a batch; how many tickets it made, or would make."""
        if ready.records and not self.options.dry_run:
            import_tickets(ready, source=self.options.source, catalogue=self.catalogue)
        return len(ready.records)

    def _customers(self, records: Batch, people: dict[str, User]) -> int:
        """Make those who are not there yet, or only count them."""
        new = {one.customer_email for one in records} - people.keys()
        if self.options.dry_run:
            new -= self.would_be
            self.would_be |= new
        elif new:
            people.update(make_customers(records, new, by=self.catalogue.system))
        return len(new)

    def _new(self, batch: Batch) -> Iterator[TicketRecord]:
        """Yield those that are not here yet; the others are wrong, unless an import is resumed."""
        before = imported_before(self.options.source, [one.source_id for one in batch])
        for one in batch:
            if one.source_id in self.seen:
                self.progress.wrong.append((one.line, f"the id {one.source_id} came before in this file"))
            elif one.source_id not in before:
                yield one
            else:
                self.progress.there += 1
                if not self.options.resume:
                    self.progress.wrong.append((one.line, f"the id {one.source_id} was imported before (--resume)"))
            self.seen.add(one.source_id)

    @staticmethod
    def _checked(batch: Batch, people: dict[str, User]) -> tuple[Batch, list[tuple[int, str]]]:
        """Return those of whom everybody is as named, and the others' lines with the reason."""
        right: Batch = []
        wrong: list[tuple[int, str]] = []
        for one in batch:
            try:
                check_people(one, people)
            except Wrong as reason:
                wrong.append((one.line, str(reason)))
            else:
                right.append(one)
        return right, wrong
