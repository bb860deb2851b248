"""Many people doing things at the same moment, on the database as it really is."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from accounts.models import User
from audit.verify import Verification
from tests.api import Api
from tests.contract import document


@dataclass(frozen=True)
class Call:
    """One request of one person: `Call(user, "POST /tickets", body)`."""

    user: User
    what: str
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


def at_once(*calls: Call, times: int = 1) -> list[Any]:
    """All calls at the same moment, a thread and a connection each, each repeated; the answers in order of calls."""
    document()  # generated before, not by several threads at once
    gate = threading.Barrier(len(calls))
    answers: list[list[Any]] = [[] for _ in calls]
    faults: list[BaseException] = []
    clients = [Api(call.user) for call in calls]

    def run(place: int) -> None:
        call, client = calls[place], clients[place]
        method, _, path = call.what.partition(" ")
        try:
            gate.wait(30)
            for _ in range(times):
                answers[place].append(client.request(method, path, call.body, **call.headers))
        except BaseException as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return list(itertools.chain(*answers))


def statuses(responses: list[Any]) -> Counter[int]:
    """How often each status was answered; a fault of ours fails the test."""
    faults = [response.content for response in responses if response.status_code >= 500]
    assert not faults, faults[:3]
    return Counter(response.status_code for response in responses)


CIRCLES = """
with recursive way (start, at, steps) as (
  select id, merged_into_id, 1 from tickets_ticket where merged_into_id is not null
  union all
  select start, merged_into_id, steps + 1 from way join tickets_ticket t on t.id = at
  where merged_into_id is not null and steps < 50
)
select start from way where at = start or steps >= 50
"""
LEFT_BEHIND = """
select m.id from tickets_message m join tickets_ticket t on t.id = m.ticket_id where t.merged_into_id is not null
"""
MISCOUNTED = """
select t.id from tickets_ticket t
where message_count <> (select count(*) from tickets_message m where m.ticket_id = t.id and not is_internal)
   or note_count <> (select count(*) from tickets_message m where m.ticket_id = t.id and is_internal)
"""
TORN = """
select ticket_id from (
  select ticket_id, old, lag(new) over (partition by ticket_id, field order by id) as was,
         row_number() over (partition by ticket_id, field order by id) as place
  from tickets_change
) c where place > 1 and old <> was
"""
HOLES = """
select room from rt_event e group by room
having max(seq) <> count(*) or min(seq) <> 1 or max(seq) <> (select seq from rt_room where key = room)
"""


def check_the_whole() -> None:
    """Assert what must hold after any storm: audit chain, gapless rooms, no merge in a circle, no message lost."""
    report = Verification().run()
    assert report.damage == []
    assert report.links
    for wrong in (CIRCLES, LEFT_BEHIND, MISCOUNTED, TORN, HOLES):
        with connection.cursor() as cursor:
            cursor.execute(wrong)
            assert cursor.fetchall() == [], wrong
