"""Work of which only one runs at a time, among all processes."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def advisory_lock(lock: int, refusal: Exception) -> Iterator[None]:
    """Holds PostgreSQL's advisory lock of this number, which ends with the connection; raises `refusal` if it is held.

    The numbers are shared by the whole database: each kind of work has its own.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [lock])
        if not cursor.fetchone()[0]:
            raise refusal
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(%s)", [lock])
