"""The SQL of a migration in a file of its own, where it can be read: `sql/NAME.sql` beside the migrations of an app."""

from __future__ import annotations

from pathlib import Path

from django.db.migrations import RunSQL


def sql_file(migration: str, name: str, *, undo: str) -> RunSQL:
    """Return the operation that runs the file `name`; `migration` is the migration's `__file__`, `undo` leads back."""
    return RunSQL((Path(migration).parent / "sql" / name).read_text("utf-8"), undo)
