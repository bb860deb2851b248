"""manage.py backup: database and files in one tar."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.backups import back_up

MOST_NAMED = 100


class Command(BaseCommand):
    help = "Write the database and the local files to one tar (a bucket's files are the bucket's to back up)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("target", type=Path, help="the tar to write, for example support.tar")

    def handle(self, *args: Any, **options: Any) -> None:
        made = back_up(options["target"].resolve())
        self.stdout.write(f"Wrote {options['target']} ({made.size / 1_000_000:.1f} MB, {made.files} files).")
        if made.missing:
            self.stderr.write(f"{len(made.missing)} files that the database names were not there:")
            for key in made.missing[:MOST_NAMED]:
                self.stderr.write(f"  {key}")
