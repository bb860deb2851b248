"""Large inserts without their indexes and foreign keys, which are made again, and so checked, in one go at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

_INDEXES = """
select c.oid::regclass::text, pg_get_indexdef(c.oid)
from pg_index i join pg_class c on c.oid = i.indexrelid
where i.indrelid = any(%s::regclass[]) and not i.indisprimary
  and not exists (select from pg_constraint k where k.conindid = c.oid)
order by 1
"""
_KEYS = """
select k.conrelid::regclass::text, quote_ident(k.conname), pg_get_constraintdef(k.oid)
from pg_constraint k where k.conrelid = any(%s::regclass[]) and k.contype = 'f' order by 1, 2
"""


@contextmanager
def rebuilt_after(cursor: Any, tables: Sequence[str], tell: Callable[[str], None]) -> Iterator[None]:
    """Drop indexes and foreign keys of these tables for the block, in the caller's transaction.

    The caller owns the tables. A key that the new rows break ends it with an IntegrityError, and nothing has happened.
    """
    indexes = cursor.execute(_INDEXES, [list(tables)]).fetchall()
    keys = cursor.execute(_KEYS, [list(tables)]).fetchall()
    for table, key, _definition in keys:
        cursor.execute(f"alter table {table} drop constraint {key}")
    for index, _definition in indexes:
        cursor.execute(f"drop index {index}")
    yield
    cursor.execute("set local maintenance_work_mem = '512MB'")
    for number, (index, definition) in enumerate(indexes, 1):
        tell(f"index {number} of {len(indexes)}: {index}")
        cursor.execute(definition)
    tell(f"{len(keys)} foreign keys")
    for table, key, definition in keys:
        cursor.execute(f"alter table {table} add constraint {key} {definition}")
