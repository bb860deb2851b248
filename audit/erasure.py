"""Erasing what the log says about a person: the details go, the acts and the proof of the erasure stay."""

from collections.abc import Iterable

from django.db import connection

from core.operation import operation
from core.protocols import Actor
from core.request_context import origin


@operation
def erase_details(entry_ids: Iterable[int], *, by: Actor) -> int:
    """Delete the details of these entries and answer how many there were.

    The database's own function does it, and writes the entry AUDIT_ERASED that lists the ids in its metadata, in the
    same act. Details of such entries are never deleted.
    """
    came = origin()
    with connection.cursor() as cursor:
        cursor.execute(
            "select audit_erase(%s, %s, %s, %s, %s, %s)",
            [list(entry_ids), by.pk, by.actor_model, by.actor_name, came.ip_address, came.user_agent[:300]],
        )
        return int(cursor.fetchone()[0])
