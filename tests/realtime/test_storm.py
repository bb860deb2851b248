"""Eight writers at once: no deadlock, no hole, no number twice, one unbroken audit chain.

`make soak GROUP=numbering` runs it for a minute (STORM_SECONDS).
"""

import os
import random
from collections import Counter

import pytest
from django.db import connection

from audit.models import Entry
from audit.verify import Verification
from realtime.models import Event, Room
from tests.realtime.storm import Storm
from tickets.operations import NewTicket, create_ticket

SECONDS = float(os.environ.get("STORM_SECONDS", "3"))


def _deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select pg_stat_clear_snapshot()")
        cursor.execute("select deadlocks from pg_stat_database where datname = current_database()")
        return int(cursor.fetchone()[0])


def _events() -> Counter[str]:
    return Counter(Event.objects.values_list("room", flat=True))


@pytest.mark.timeout(SECONDS + 120)
def test_i1_i2_writers_that_mix_events_and_acts_never_meet_in_a_deadlock(committed_cast):
    seed = int(os.environ.get("STORM_SEED") or random.randrange(10**6))
    print(f"STORM_SEED={seed}")  # noqa: T201
    cast = committed_cast
    tickets = [create_ticket(NewTicket("موضوع", "نص"), by=cast.customer) for _ in range(3)]
    before = {room.key: room.seq for room in Room.objects.all()}
    deadlocks = _deadlocks()
    storm = Storm(tickets, [cast.agent, cast.colleague, cast.lead], expected=_events())
    storm.run(SECONDS, seed=seed)

    print(dict(storm.counts), f"{storm.counts['committed'] / SECONDS:.0f} transactions/s")  # noqa: T201
    assert storm.faults == []
    assert storm.counts["committed"] > 100
    assert storm.counts["rolled back"] > 10
    assert storm.counts["polls"] > 3
    assert _deadlocks() == deadlocks
    assert _events() == storm.expected
    heads = {room.key: room.seq for room in Room.objects.all()}
    assert heads.keys() >= before.keys()
    for room, head in heads.items():
        assert list(Event.objects.filter(room=room).order_by("seq").values_list("seq", flat=True)) == list(
            range(1, head + 1)
        )
    report = Verification().run()
    assert report.damage == []
    assert report.links == report.entries == Entry.objects.count()
