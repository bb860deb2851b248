"""manage.py backup: database and files in one tar."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.backups import back_up


class Command(BaseCommand):
    help = "Write the database and the local files to one tar (a bucket's files are the bucket's to back up)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("target", type=Path, help="the tar to write, for example support.tar")

    def handle(self, *args: Any, **options: Any) -> None:
        size = back_up(options["target"].resolve())
        self.stdout.write(f"Wrote {options['target']} ({size / 1_000_000:.1f} MB).")
