"""`manage.py import_tickets`: tickets of another system out of a file."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tickets.importing.mapping import BadMapping, Mapped, read_mapping
from tickets.importing.records import Wrong
from tickets.importing.run import Options, Progress, run

SECONDS_BETWEEN_LINES = 2.0
SHOWN = 200


class Command(BaseCommand):
    help = (
        "Imports tickets with their messages and history from a CSV file or JSON lines (docs/importing.md). "
        "Customers are made by e-mail where missing. Each ticket gets an audit entry TICKET_IMPORTED; nobody is "
        "notified, and no events are sent. Ids of the other system are remembered: nothing is imported twice. "
        "Ends with 0 when every line was right, with 1 when some were not; the right ones are imported all the same."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a .csv file, or JSON lines: an object a line")
        parser.add_argument(
            "--mapping", type=Path, help="a JSON file: which of their names and values is which of ours"
        )
        parser.add_argument("--source", help="what ids are remembered under (the file's name)")
        parser.add_argument("--dry-run", action="store_true", help="check every line and write nothing")
        parser.add_argument("--resume", action="store_true", help="skip in silence what was imported before")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        source = (options["source"] or path.stem)[:40]
        begun = said = time.monotonic()

        def tell(progress: Progress) -> None:
            nonlocal said
            if time.monotonic() - said > SECONDS_BETWEEN_LINES and options["verbosity"]:
                said = time.monotonic()
                self.stdout.write(self._line(progress))
                self.stdout.flush()

        try:
            mapped = read_mapping(options["mapping"]) if options["mapping"] else Mapped()
            wanted = Options(source, resume=options["resume"], dry_run=options["dry_run"])
            done = run(path, mapped, wanted, tell)
        except (BadMapping, Wrong, OSError, UnicodeDecodeError) as error:
            raise CommandError(str(error)) from error
        self._say(done, time.monotonic() - begun, **options)

    def _say(self, done: Progress, seconds: float, **options: Any) -> None:
        for line, reason in done.wrong[:SHOWN]:
            self.stderr.write(f"line {line}: {reason}")
        if len(done.wrong) > SHOWN:
            self.stderr.write(f"… and {len(done.wrong) - SHOWN} more")
        if options["verbosity"]:
            said = "Nothing was written. It would be: " if options["dry_run"] else ""
            self.stdout.write(f"{said}{self._line(done)}, in {seconds:.1f} s.")
        if done.wrong:
            raise CommandError(f"{len(done.wrong)} lines were not imported.")

    @staticmethod
    def _line(done: Progress) -> str:
        return (
            f"{done.tickets} tickets, {done.customers} new customers, {done.there} imported before, "
            f"{len(done.wrong)} wrong"
        )
