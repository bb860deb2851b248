"""`manage.py messages`: the Arabic catalogue from what is marked in the sources, and the check that it is complete."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.i18n import catalogue as catalogues
from core.i18n.check import check_catalogue
from core.i18n.compiled import compile_catalogues
from core.i18n.messages import Extract, Finding
from core.i18n.sources import extract_borrowed, extract_borrowed_scripts, extract_project


class Command(BaseCommand):
    """Writes and compiles locale/ar/LC_MESSAGES/*.po; --check writes nothing and exits 1 when anything is missing."""

    help = "Collect the texts to translate into the Arabic catalogue; --check tells what is missing and exits 1."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Change nothing; list what is missing or wrong.")
        parser.add_argument("--prune", action="store_true", help="Drop translations of texts that are gone.")

    def handle(self, *args: Any, **options: Any) -> None:
        base, locale = Path(settings.BASE_DIR), Path(settings.LOCALE_PATHS[0])
        extracts = extract_project(base)
        extracts["django"].messages += extract_borrowed(base)
        extracts["djangojs"].messages += extract_borrowed_scripts()
        if options["check"]:
            self._check(locale, extracts)
            return
        for domain, extract in extracts.items():
            self._report(extract.findings + catalogues.conflicts(extract.messages))
            self._update(catalogues.path_of(locale, domain), extract, prune=options["prune"])
        compile_catalogues(locale)

    def _check(self, locale: Path, extracts: dict[str, Extract]) -> None:
        findings = [finding for extract in extracts.values() for finding in extract.findings]
        for domain, extract in extracts.items():
            findings += check_catalogue(catalogues.path_of(locale, domain), extract.messages)
        self._report(findings)
        if findings:
            raise CommandError(f"{len(findings)} texts are not right in both languages.")
        self.stdout.write(f"{sum(len({m.key for m in e.messages}) for e in extracts.values())} texts, all in Arabic.")

    def _update(self, path: Path, extract: Extract, *, prune: bool) -> None:
        if not extract.messages and not path.exists():
            return
        catalogue = catalogues.merge(catalogues.load(path), extract.messages, prune=prune)
        written = catalogues.save(catalogue, path)
        live = [entry for entry in catalogue if not entry.obsolete]
        waiting = sum(not entry.translated() for entry in live)
        state = "written" if written else "unchanged"
        self.stdout.write(f"{path.name}: {state}, {len(live)} texts, {waiting} to translate.")

    def _report(self, findings: list[Finding]) -> None:
        for finding in findings:
            self.stdout.write(str(finding))
