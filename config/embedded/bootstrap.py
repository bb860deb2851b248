"""The roles, the database and the extensions that a fresh PostgreSQL needs; repeating it changes nothing."""

from typing import TYPE_CHECKING, Any

from config.embedded.layout import APP_ROLE, DATABASE, OWNER_ROLE, SUPERUSER, Layout

if TYPE_CHECKING:
    from psycopg import Connection

EXTENSIONS = ("pg_trgm", "unaccent")
BUILTIN_LOCALE_SINCE = 17


def bootstrap(layout: Layout, *, tests: bool) -> None:
    """Makes what is missing. The owner may create databases only in a test instance."""
    import psycopg

    with psycopg.connect(layout.database_url(SUPERUSER, "postgres"), autocommit=True) as connection:
        _roles(connection, tests=tests)
        if _exists(connection, "SELECT 1 FROM pg_database WHERE datname = %s", DATABASE):
            return
        # Made under another name and renamed last, so that an interrupted start is repeated, not half done.
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE}_new")
        builtin = connection.info.server_version >= BUILTIN_LOCALE_SINCE * 10_000
        provider = "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'" if builtin else ""
        connection.execute(
            f"CREATE DATABASE {DATABASE}_new OWNER {OWNER_ROLE} TEMPLATE template0 "
            f"ENCODING 'UTF8' LOCALE 'C.UTF-8' {provider}"
        )
        with psycopg.connect(layout.database_url(SUPERUSER, f"{DATABASE}_new"), autocommit=True) as inside:
            for extension in EXTENSIONS:
                inside.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
        connection.execute(f"ALTER DATABASE {DATABASE}_new RENAME TO {DATABASE}")


def _roles(connection: "Connection[Any]", *, tests: bool) -> None:
    for role, rights in ((OWNER_ROLE, "CREATEDB" if tests else "NOCREATEDB"), (APP_ROLE, "NOCREATEDB")):
        if not _exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", role):
            connection.execute(f"CREATE ROLE {role} LOGIN {rights}")


def _exists(connection: "Connection[Any]", query: str, name: str) -> bool:
    return connection.execute(query.encode(), [name]).fetchone() is not None
