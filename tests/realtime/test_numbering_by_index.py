"""Numbering costs what a commit's own events cost, however long the log is."""

import pytest
from django.db import connection

EVENTS = """
insert into rt_event (id, event_id, room, event, data, at)
select gen_random_uuid(), gen_random_uuid(), 'ticket:' || n %% 50, 'ticket:updated',
  '{"realtime": {"room": "ticket:1"}}', now() from generate_series(1, %s) n
"""


@pytest.mark.django_db
def test_a_commit_never_reads_the_whole_log(settle, analyze):
    with connection.cursor() as cursor:
        cursor.execute(EVENTS, [3_000])
        settle()
        analyze("rt_event")
        cursor.execute(EVENTS, [1])
        before = scans(cursor)
        settle()
        assert scans(cursor) == before
        cursor.execute("select count(*), count(seq), count(distinct (room, seq)) from rt_event")
        assert cursor.fetchone() == (3_001, 3_001, 3_001)


def scans(cursor) -> int:  # type: ignore[no-untyped-def]
    cursor.execute("select seq_scan from pg_stat_xact_user_tables where relname = 'rt_event'")
    return int(cursor.fetchone()[0])
