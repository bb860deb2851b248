"""`manage.py seed`: a database of any size, for measuring."""

import time
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backoffice.seed.fill import Refused, fill

SECONDS_BETWEEN_LINES = 2.0


class Command(BaseCommand):
    help = (
        "Fills the database for measuring: tickets of the last year with messages, notes, history and ratings, in "
        "Arabic and English, with their customers, agents, teams and categories. It writes the tables directly as "
        "their owner and locks them meanwhile: there are no audit entries, events or notifications of what it makes. "
        "Run again, it adds more. Refused on a database that holds real data, unless --yes says so."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tickets", type=_positive, default=10_000, help="how many tickets (10000)")
        parser.add_argument("--messages", type=_positive, default=4, help="messages of each ticket, notes included (4)")
        parser.add_argument("--seed", type=int, default=7, help="start of the random numbers (7)")
        parser.add_argument("--yes", action="store_true", help="fill a database that holds real data all the same")

    def handle(self, *args: Any, **options: Any) -> None:
        begun = said = time.monotonic()

        def tell(what: str) -> None:
            nonlocal said
            if time.monotonic() - said > SECONDS_BETWEEN_LINES:
                said = time.monotonic()
                self.stdout.write(f"{said - begun:6.1f} s  {what}")
                self.stdout.flush()

        size, messages = options["tickets"], options["messages"]
        try:
            fill(size, messages, tell=tell, sure=options["yes"], seed=options["seed"])
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"{size} tickets with {messages} messages each in {time.monotonic() - begun:.0f} s.")


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 10_000_000:
        raise ArgumentTypeError("a number from 1 on is needed")
    return int(text)
