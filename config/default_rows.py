"""The rows that every database has after `migrate`, new or old: one step, run by Django's `post_migrate`."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models.signals import post_migrate

import accounts.default_rows
import bot.default_rows
import tickets.default_rows

# Of two `migrate` at once, one makes the rows and the other then finds them.
LOCK = 7_401_234


def connect() -> None:
    """Have the step run once a `migrate`; all tables stand by then, whichever app it is connected to."""
    post_migrate.connect(make_default_rows, sender=apps.get_app_config("core"), dispatch_uid="default_rows")


def make_default_rows(**signal: Any) -> None:
    """Make what is missing, and change nothing that is there; without effect while a migration is still missing."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [LOCK])
        for module in (accounts.default_rows, tickets.default_rows, bot.default_rows):
            module.make_default_rows()
