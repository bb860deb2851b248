"""Events that have had their day; rooms keep their numbers for ever."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

BATCH = 5_000


def old_events() -> None:
    """Forget events older than REALTIME_KEEP_DAYS, in batches, so that no statement holds many rows."""
    old = timezone.now() - timedelta(days=settings.REALTIME["keep_days"])
    while _delete(old) == BATCH:
        pass


def _delete(old: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "delete from rt_event where id = any(array(select id from rt_event where at < %s order by at limit %s))",
            [old, BATCH],
        )
        return cursor.rowcount
