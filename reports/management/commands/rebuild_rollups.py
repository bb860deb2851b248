"""`manage.py rebuild_rollups`: every day of the roll-ups counted anew."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reports.rollups.counting import forget_all
from reports.rollups.round import count_all


class Command(BaseCommand):
    help = (
        "Counts the roll-ups of reports anew, all days before today. The worker keeps them by itself; this is for "
        "after a change of the tables by hand. Reports stay right meanwhile: days that are not counted yet are read "
        "from their rows. Ended early, the worker goes on where it stopped."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        begun = time.monotonic()

        def tell(left: int) -> None:
            self.stdout.write(f"{time.monotonic() - begun:6.1f} s  {left} days left")
            self.stdout.flush()

        forget_all()
        if count_all(seconds=float("inf"), tell=tell) is None:
            raise CommandError("The worker counts at this moment, and goes on with all days.")
        self.stdout.write(f"Counted in {time.monotonic() - begun:.0f} s.")
