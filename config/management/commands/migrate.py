"""migrate as the owner of the tables, then grants for the application's role."""

from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as Migrate
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader

from config.roles import as_owner, grant_application

OLDER = (
    "This database was made by another state of development: it knows %s, which is not here. "
    "Make it anew (for `make run`: remove the data folder)."
)


class Command(Migrate):
    help = "Migrate as the owning role, make the default rows that are missing, give the application's role its grants."

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        with as_owner(connection) as application:
            _refuse_older(connection)
            super().handle(*args, **options)
            if options["plan"] or options["check_unapplied"]:
                return
            if "accounts_user" in connection.introspection.table_names():
                grant_application(connection, application)


def _refuse_older(connection: BaseDatabaseWrapper) -> None:
    """Raise CommandError for a database with migrations of ours that no longer exist."""
    loader = MigrationLoader(connection)
    ours = {config.label for config in apps.get_app_configs() if Path(config.path).parent == settings.BASE_DIR}
    gone = [key for key in sorted(loader.applied_migrations) if key[0] in ours and key not in loader.disk_migrations]
    if gone:
        raise CommandError(OLDER % ".".join(gone[0]))
