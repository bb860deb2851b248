"""Waiting chats given to agents by the rule of a team."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from accounts.operations import set_availability
from audit.models import Entry
from chat.models import Session
from chat.watch import watch
from realtime.places import Places
from tests.cast import Cast
from tests.chat_admin.desk import waiting
from tickets.operations import save_rule
from tickets.operations.assigning import RuleValues


@pytest.fixture
def places() -> Iterator[Places]:
    """Give who has a socket."""
    made = Places()
    yield made
    made.end()


@pytest.mark.parametrize("with_chats", [True, False])
def test_waiting_chats_go_to_who_is_available_and_here_up_to_their_capacity(
    cast: Cast, settings, places: Places, with_chats: bool
) -> None:
    settings.CHAT = {**settings.CHAT, "capacity": 1}
    save_rule(None, RuleValues(with_chats=with_chats), team_id=None, by=cast.administrator)
    set_availability(cast.agent.pk, status="available", by=cast.agent)
    first, second = waiting(cast.customer), waiting(cast.stranger)
    watch()
    assert not Session.objects.exclude(agent=None).exists()  # nobody is connected
    places.take([(cast.agent.pk, "")])
    watch()
    rows = {row.pk: (row.status, row.agent_id) for row in Session.objects.all()}
    given = ("active", cast.agent.pk) if with_chats else ("waiting", None)
    assert (rows[first.pk], rows[second.pk]) == (given, ("waiting", None))
    if with_chats:
        entry = Entry.objects.get(action="CHAT_SESSION_TRANSFERRED", entity_id=str(first.pk))
        assert entry.actor_model == "System"
