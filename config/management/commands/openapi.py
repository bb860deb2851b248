"""`manage.py openapi`: the contract of the API as a file, generated from the views and committed."""

import difflib
from argparse import ArgumentParser
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

FILE = settings.BASE_DIR / "openapi.yaml"
SHOWN = 40


def document() -> str:
    """Return the OpenAPI document as YAML, in English; raises SchemaGenerationError for a view that is not described.

    OpenAPI's own rules are held to by the tests: checking them takes four times as long as writing.
    """
    out = StringIO()
    call_command("spectacular", fail_on_warn=True, lang="en", stdout=out)
    return out.getvalue()


class Command(BaseCommand):
    help = (
        "Writes openapi.yaml from the code. With --check nothing is written: it ends with 1, and shows where, when the "
        "file is not what the code says."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="compare instead of writing")
        parser.add_argument("--file", type=Path, default=FILE, help="another file than openapi.yaml")

    def handle(self, *args: Any, **options: Any) -> None:
        file, wanted = options["file"], document()
        found = file.read_text() if file.exists() else ""
        if not options["check"]:
            file.write_text(wanted)
            self.stdout.write(f"{file.name} is {'as it was' if found == wanted else 'written'}.")
            return
        if found != wanted:
            lines = difflib.unified_diff(
                found.splitlines(), wanted.splitlines(), file.name, "the code", lineterm="", n=1
            )
            for line in islice(lines, SHOWN):
                self.stderr.write(line)
            raise CommandError(
                f"{file.name} is not what the code says: run `manage.py openapi` and look at the change."
            )
        self.stdout.write(f"{file.name} is what the code says.")
