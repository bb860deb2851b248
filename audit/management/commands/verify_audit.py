"""`manage.py verify_audit`: look at the whole audit log, and say what is wrong with it."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from audit.verify import BATCH, Verification

SHOWN = 100
PROGRESS_SECONDS = 2.0


class Command(BaseCommand):
    help = (
        "Checks the audit log: that no entry, link or detail was changed, removed, cut off or put in, that what is "
        "missing was erased on record, and that the log still holds what its anchors in storage know. "
        "Ends with 0 when the log is as it was written, with 1 when it is not."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", type=int, default=BATCH, help="rows looked at in one statement (%(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        begun = self._told = time.monotonic()
        self._quiet = options["verbosity"] == 0
        report = Verification(self._progress, batch=max(1, options["batch"])).run()
        for line in report.damage[:SHOWN]:
            self.stderr.write(line)
        if len(report.damage) > SHOWN:
            self.stderr.write(f"… and {len(report.damage) - SHOWN:,} more.")
        if not self._quiet:
            self.stdout.write(
                f"{report.entries:,} entries, {report.links:,} links, {report.erased:,} details erased on record, "
                f"{report.anchors:,} anchors looked at in {time.monotonic() - begun:.1f} s."
            )
        if report.damage:
            self.stderr.write(self.style.ERROR(f"The audit log is damaged: {len(report.damage):,} findings."))
            raise SystemExit(1)
        if not self._quiet:
            self.stdout.write(self.style.SUCCESS("The audit log is as it was written."))

    def _progress(self, what: str, done: int) -> None:
        if not self._quiet and time.monotonic() - self._told > PROGRESS_SECONDS:
            self._told = time.monotonic()
            self.stdout.write(f"  {done:,} {what}")
