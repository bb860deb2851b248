"""The database of a test run: copied from a template that is kept between runs, and emptied after each test.

The template holds what `migrate` makes. It is made anew when a file changes that `migrate` reads.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
# The files that decide what a migrated database looks like.
SOURCES = (
    "*/migrations/*.py",
    "*/migrations/**/*.sql",
    "accounts/catalogue.py",
    "*/default_rows.py",
    "config/roles.py",
    "config/management/commands/migrate.py",
    "requirements.txt",
)
TEMPLATE = "support_template_"
# An advisory lock: of several workers one makes the template, and the others wait for it.
MAKING = 7_401_233
# Above this size a table is vacuumed after its rows were deleted.
LARGE_BYTES = 256 * 1024


def superuser(dbname: str) -> psycopg.Connection[Any]:
    """Return a connection that may do what neither the owner nor the application may."""
    return psycopg.connect(os.environ["DATABASE_SUPERUSER_URL"], dbname=dbname, autocommit=True)


def copy_template(name: str) -> None:
    """Make the database `name` as a copy of the migrated template."""
    with superuser("postgres") as server:
        server.execute("select pg_advisory_lock(%s)", [MAKING])
        template = TEMPLATE + _digest()
        if server.execute("select from pg_database where datname = %s", [template]).fetchone() is None:
            _drop_templates(server)
            _make_template(server, template)
        _create(server, name, template)


def drop(name: str) -> None:
    """Drop a database, whoever is connected to it."""
    with superuser("postgres") as server:
        server.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def use(name: str) -> None:
    """Let Django work on the database `name` from now on."""
    connection.close()
    connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = name


def _digest() -> str:
    digest = hashlib.sha256()
    for file in sorted(file for pattern in SOURCES for file in ROOT.glob(pattern)):
        if ".venv" not in file.parts:
            digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _create(server: psycopg.Connection[Any], name: str, template: str) -> None:
    owner = urlsplit(os.environ["DATABASE_OWNER_URL"]).username
    assert owner is not None
    query = sql.SQL("create database {} owner {} template {} strategy file_copy")
    server.execute(query.format(*map(sql.Identifier, (name, owner, template))))


def _make_template(server: psycopg.Connection[Any], template: str) -> None:
    """Migrate a new database and rename it last, so that an interrupted run leaves no half-made template."""
    making = f"test_{template}"
    server.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(making)))
    _create(server, making, "support")
    before = connection.settings_dict["NAME"]
    use(making)
    call_command("migrate", verbosity=0, interactive=False)
    use(before)
    server.execute(sql.SQL("alter database {} allow_connections false").format(sql.Identifier(making)))
    server.execute(sql.SQL("alter database {} rename to {}").format(sql.Identifier(making), sql.Identifier(template)))


def _drop_templates(server: psycopg.Connection[Any]) -> None:
    """Drop the templates of earlier migrations."""
    left = server.execute("select datname from pg_database where starts_with(datname, %s)", [TEMPLATE]).fetchall()
    for (name,) in left:
        server.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


class Contents:
    """The rows of a freshly made database, and the way back to them."""

    def __init__(self, name: str) -> None:
        """Remember the rows of every table of the database `name`; all but a few tables are empty."""
        self.name = name
        with superuser(name) as server:
            found = "select tablename from pg_tables where schemaname = 'public' order by 1"
            self.tables = [table for (table,) in server.execute(found).fetchall()]
            self.kept = {table: _rows(server, table) for table in self._filled(server)}

    def restore(self) -> None:
        """Take the tables back to the rows they had; as superuser, past triggers and foreign keys."""
        with superuser(self.name) as server:
            changed = {table for table in self._filled(server) if table not in self.kept}
            changed |= {table for table, rows in self.kept.items() if _rows(server, table) != rows}
            with server.transaction():
                server.execute("set local session_replication_role = replica")
                for table in sorted(changed):
                    self._write(server, table)
            for (table,) in server.execute(self._LARGE, [self.tables, LARGE_BYTES]).fetchall():
                if table in changed:
                    server.execute(sql.SQL("vacuum {}").format(sql.Identifier(table)))

    _LARGE = """
        select relname from pg_class where relnamespace = 'public'::regnamespace and relname = any(%s)
        and pg_relation_size(oid) > %s
    """

    def _filled(self, server: psycopg.Connection[Any]) -> list[str]:
        """Return the tables that have rows."""
        one = sql.SQL("select {} where exists (select from {})")
        each = [one.format(sql.Literal(table), sql.Identifier(table)) for table in self.tables]
        return [table for (table,) in server.execute(sql.SQL(" union all ").join(each)).fetchall()]

    def _write(self, server: psycopg.Connection[Any], table: str) -> None:
        server.execute(sql.SQL("delete from {}").format(sql.Identifier(table)))
        if rows := self.kept.get(table):
            copying = sql.SQL("copy {} from stdin (format binary)").format(sql.Identifier(table))
            with server.cursor().copy(copying) as into:
                into.write(rows)


def _rows(server: psycopg.Connection[Any], table: str) -> bytes:
    """Return all rows of a table in PostgreSQL's binary form."""
    with server.cursor().copy(sql.SQL("copy {} to stdout (format binary)").format(sql.Identifier(table))) as rows:
        return b"".join(rows)
