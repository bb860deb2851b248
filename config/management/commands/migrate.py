"""migrate as the owner of the tables, then grants for the application's role and the permission catalogue."""

from typing import Any

from django.core.management.commands.migrate import Command as Migrate
from django.db import connections

from accounts import catalogue_rows
from config.roles import as_owner, grant_application


class Command(Migrate):
    help = "Migrate as the owning role, give the application's role its grants, sync the permission catalogue."

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        with as_owner(connection) as application:
            super().handle(*args, **options)
            if options["plan"] or options["check_unapplied"]:
                return
            if "accounts_user" in connection.introspection.table_names():
                grant_application(connection, application)
                if not args and not options["app_label"]:
                    catalogue_rows.sync()
