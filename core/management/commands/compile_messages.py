"""`manage.py compile_messages`: a .mo beside each .po, without gettext; nothing to do when all are fresh."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from core.i18n.compiled import compile_catalogues


class Command(BaseCommand):
    """Needs no database and no gettext; may run in several processes at once."""

    help = "Build the compiled catalogues (.mo) that are missing or older than their .po."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        folders = [Path(path) for path in settings.LOCALE_PATHS]
        built = compile_catalogues(*folders)
        for path in built:
            self.stdout.write(f"built {path.parent.parent.name}/{path.name}")
        if not built:
            self.stdout.write("All catalogues are compiled.")
