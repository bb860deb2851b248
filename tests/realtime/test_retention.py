"""Old events are forgotten in batches; numbers go on, and who comes back too late is told to fetch anew."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.utils import timezone

from realtime import sweeps
from realtime.log import latest_seqs
from realtime.models import Event
from tests.realtime.acts import head, opened, say
from tests.realtime.client import Client, token_of
from tests.soak import sized

ROOM = "ticket:1"


def aged(room, *, up_to, days):
    """The room's first events happened so long ago."""
    Event.objects.filter(room=room, seq__lte=up_to).update(at=timezone.now() - datetime.timedelta(days=days))


def kept(room):
    return list(Event.objects.filter(room=room).order_by("seq").values_list("seq", flat=True))


@pytest.mark.usefixtures("transactional_db")
class TestSweep:
    def test_events_older_than_the_keeping_time_go_and_the_others_stay(self, settings):
        for _ in range(4):
            say(ROOM)
        aged(ROOM, up_to=1, days=settings.REALTIME["keep_days"] + 1)
        Event.objects.filter(room=ROOM, seq=2).update(
            at=timezone.now() - datetime.timedelta(days=settings.REALTIME["keep_days"], minutes=-5)
        )
        sweeps.old_events()
        assert kept(ROOM) == [2, 3, 4]

    def test_an_emptied_room_keeps_its_number(self):
        for _ in range(3):
            say(ROOM)
        aged(ROOM, up_to=3, days=400)
        sweeps.old_events()
        assert kept(ROOM) == []
        assert latest_seqs([ROOM]) == {ROOM: 3}
        say(ROOM)
        assert kept(ROOM) == [4]

    @pytest.mark.timeout(600)
    def test_many_go_in_batches_none_of_which_is_large(self, monkeypatch):
        count = sized(2_500, 200_000)
        batch = sized(1_000, sweeps.BATCH)
        monkeypatch.setattr(sweeps, "BATCH", batch)
        for _ in range(count // 500):
            with connection.cursor() as cursor:
                cursor.execute(
                    "insert into rt_event (id, event_id, room, event, data, at)"
                    " select gen_random_uuid(), gen_random_uuid(), 'ticket:' || n % 50, 'ticket:updated', '{}',"
                    " now() - interval '400 days' from generate_series(1, 500) n"
                )
        say(ROOM)
        deleted = []
        delete = sweeps._delete

        def counted(old):
            deleted.append(delete(old))
            return deleted[-1]

        monkeypatch.setattr(sweeps, "_delete", counted)
        sweeps.old_events()
        assert sum(deleted) == count
        assert max(deleted) <= batch
        assert kept(ROOM) == [head(ROOM)]


@pytest.mark.slow
def test_i8_who_comes_back_after_the_sweep_is_reset_and_goes_on(committed_cast, web):
    cast = committed_cast
    ticket = opened(cast.customer)
    room = f"ticket:{ticket.pk}"
    for _ in range(5):
        say(room)
    aged(room, up_to=3, days=400)
    sweeps.old_events()
    with Client(web, token_of(cast.customer)) as client:
        late = client.done("joinTicket", {"ticketId": str(ticket.pk), "since": 1})
        assert late == {"room": room, "seq": 5, "reset": True}
    with Client(web, token_of(cast.customer)) as client:
        in_time = client.done("joinTicket", {"ticketId": str(ticket.pk), "since": 3})
        assert in_time == {"room": room, "seq": 5, "reset": False}
        assert client.seqs(room) == [4, 5]
