"""`manage.py demo`: a believable shop to try the system on."""

import time
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from backoffice.demo.make import Refused, make_demo
from backoffice.demo.people import PASSWORD, SIGN_INS, Worker
from backoffice.demo.plan import LEAST

SECONDS_BETWEEN_LINES = 2.0


class Command(BaseCommand):
    help = (
        "Makes the demo: the people of a phone shop, its categories and ready answers, and tickets and chats of the "
        "last 90 days in Arabic and English. Once only; refused on a database that holds real data."
    )

    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tickets", type=_size, default=200, help=f"how many tickets (200; at least {LEAST})")

    def handle(self, *args: Any, **options: Any) -> None:
        begun = said = time.monotonic()

        def tell(tickets: int, size: int) -> None:
            nonlocal said
            if time.monotonic() - said > SECONDS_BETWEEN_LINES:
                said = time.monotonic()
                self.stdout.write(f"{tickets} of {size} tickets")
                self.stdout.flush()

        try:
            made = make_demo(options["tickets"], tell)
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        if made:
            self.stdout.write(f"The demo is there: {made} tickets in {time.monotonic() - begun:.0f} s.")
        else:
            self.stdout.write("The demo is already there; nothing was added.")
        # `manage.py up` says this itself once the server answers.
        if not settings.DEMO:
            self._sign_ins()

    def _sign_ins(self) -> None:
        self.stdout.write(f"Back office: {settings.SITE_URL}/admin/")
        self.stdout.write(f"Sign-ins, password {PASSWORD}:")
        for person in SIGN_INS:
            role = person.role if isinstance(person, Worker) else "customer"
            language = "Arabic" if person.language == "ar" else "English"
            self.stdout.write(f"  {person.email:<22} {role:<14} {language:<8} {person.name}")


def _size(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not LEAST <= int(text) <= 100_000:
        raise ArgumentTypeError(f"a number from {LEAST} on is needed")
    return int(text)
