"""manage.py restore: a backup into an empty database."""

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.backups import restore
from uploads.sweeps import adopt_strays


class Command(BaseCommand):
    help = "Fill an empty database and the folder of files from a backup, apply newer migrations, verify the audit log."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", type=Path, help="the tar that backup wrote")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["source"].exists():
            raise CommandError(f"There is no {options['source']}.")
        restore(options["source"].resolve())
        call_command("migrate", verbosity=0, interactive=False)
        call_command("verify_audit")
        if strays := adopt_strays():
            self.stdout.write(f"{strays} files that the backup does not know will be swept.")
        self.stdout.write("Restored.")
