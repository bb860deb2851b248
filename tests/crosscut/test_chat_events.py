"""Around each act in a chat: its events are registered and well formed, go to the right rooms, and are enough.

Enough means: what a client held before, with the events applied, equals what it would read afresh; for staff and for
the customer alike.
"""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.models import Role, User
from chat.event_forms import EVENTS
from chat.models import Session
from chat.operations import upkeep
from tests.api import Api, data
from tests.chat import acts
from tests.crosscut.chat_mirror import ChatMirror
from tests.crosscut.mirror import check_forms, latest, stored, unsigned
from tests.storage import upload

MESSAGE, UPDATED = "chat:message", "chat:session:updated"
WAITING, ACCEPTED = "chat:session:waiting", "chat:session:accepted"


class Scene:
    """The customer's chat, with the bot at first."""

    def __init__(self, cast):
        self.cast = cast
        acts.rule("zebra", "About zebras", ("zebra", "reply"), ("person", "handover"), ("ticket", "ticket"))
        self.session = acts.started(cast.customer, "a zebra")

    def staff(self, path, body=None, by="agent"):
        client = Api(getattr(self.cast, by))
        response = client.post(f"/chat/sessions/{self.session['id']}/{path}", body)
        assert response.status_code in {200, 201}, response.content

    def own(self, path, body=None):
        response = Api(self.cast.customer).post(f"/chat/my-session/{path}", body)
        assert response.status_code in {200, 201}, response.content

    def say(self, body="hm"):
        self.own("messages", {"body": body})

    def choose(self, value):
        message = next(one for one in acts.own_thread(self.cast.customer) if one["quickReplies"])
        self.own("messages", {"quickReply": {"messageId": message["id"], "value": value}})

    def keep(self, act, column, *more):
        hour_ago = timezone.now() - timezone.timedelta(hours=1)
        Session.objects.filter(pk=self.session["id"]).update(**{column: hour_ago})
        system = User.objects.service(Role.SYSTEM)
        assert act(int(self.session["id"]), *more, now=timezone.now(), by=system)


def accept(s):
    s.staff("accept")


def wait(s):
    s.own("handover")


def with_file(s):
    [file] = upload(Api(s.cast.customer), "paper.txt")
    s.own("messages", {"body": "look", "attachments": [file["id"]]})


def gone(s):
    s.keep(upkeep.ask_customer, "customer_gone_at")


# name: (what comes before, the act, the events it must emit)
ACTS = {
    "the bot answers": ([], lambda s: s.say("zebra"), {MESSAGE}),
    "the bot gives up": ([], lambda s: s.say("unheard of"), {MESSAGE, WAITING}),
    "a quick reply": ([], lambda s: s.choose("zebra"), {MESSAGE}),
    "a quick reply for a person": ([], lambda s: s.choose("person"), {MESSAGE, WAITING}),
    "a quick reply for a ticket": ([], lambda s: s.choose("ticket"), {MESSAGE, UPDATED, "ticket:created"}),
    "hand over": ([], wait, {MESSAGE, WAITING}),
    "accept from the bot": ([], accept, {ACCEPTED}),
    "accept": ([wait], accept, {ACCEPTED}),
    "the agent writes": ([accept], lambda s: s.staff("messages", {"body": "x"}), {MESSAGE}),
    "a note": ([accept], lambda s: s.staff("messages", {"body": "x", "isInternal": True}), {MESSAGE}),
    "a file": ([accept], with_file, {MESSAGE}),
    "transfer": (
        [accept], lambda s: s.staff("transfer", {"agentId": str(s.cast.colleague.pk), "note": "n"}), {MESSAGE, UPDATED},
    ),
    "transfer to the queue": ([accept], lambda s: s.staff("transfer", {}), {WAITING}),
    "give a waiting one": (
        [wait], lambda s: s.staff("transfer", {"agentId": str(s.cast.colleague.pk)}, by="lead"), {ACCEPTED},
    ),
    "requeue": ([accept], lambda s: s.keep(upkeep.requeue, "agent_gone_at"), {MESSAGE, WAITING}),
    "ask": ([accept], gone, {MESSAGE}),
    "end who is gone": (
        [accept, gone], lambda s: s.keep(upkeep.end_left, "customer_asked_at"), {MESSAGE, UPDATED},
    ),
    "warn": ([accept], lambda s: s.keep(upkeep.warn_idle, "last_message_at"), {MESSAGE}),
    "a ticket by the agent": ([accept], lambda s: s.staff("ticket"), {MESSAGE, UPDATED, "ticket:created"}),
    "a ticket while waiting": ([wait], lambda s: s.own("ticket"), {MESSAGE, UPDATED, "ticket:created"}),
    "the agent ends": ([accept], lambda s: s.staff("end"), {UPDATED}),
    "the customer ends": ([wait], lambda s: s.own("end"), {UPDATED}),
    "rate": ([lambda s: s.own("end")], lambda s: s.own("rate", {"rating": 4, "feedback": "ok"}), {UPDATED}),
}  # fmt: skip


@pytest.mark.parametrize("name", ACTS)
def test_events_are_well_formed_and_enough(cast, settle, storage, name):
    before, run, expected = ACTS[name]
    scene = Scene(cast)
    for step in before:
        step(scene)
    settle()
    mirrors = [ChatMirror(reader, scene.session["id"]) for reader in (cast.customer, cast.manager)]
    since = latest()
    run(scene)
    settle()
    assert check_forms(since) - {"ticket:updated"} == expected
    for mirror in mirrors:
        mirror.catch_up()
        assert mirror.differs() == {}


def test_whoever_waits_hears_of_the_agent_in_his_own_room(cast, settle):
    scene = Scene(cast)
    accept(scene)
    settle()
    [(_seq, name, payload)] = stored(f"user:{cast.customer.pk}")
    assert name == ACCEPTED
    assert payload["agent"] == {"name": cast.agent.name}
    fresh = unsigned(data(Api(cast.customer, language="ar").get("/chat/my-session")))
    assert payload == fresh


def test_every_stored_event_of_chats_is_held_to_this(cast):
    named = set().union(*(expected for _before, _run, expected in ACTS.values()))
    assert {spec.name for spec in EVENTS if spec.stored} == {name for name in named if name.startswith("chat:")}


def test_a_mirror_that_is_told_nothing_differs(cast, settle):
    """The suite itself: what is not told is seen to be missing."""
    scene = Scene(cast)
    settle()
    mirror = ChatMirror(cast.customer, scene.session["id"])
    accept(scene)
    settle()
    assert mirror.differs().keys() == {"status", "agent", "acceptedAt", "version", "updatedAt", "realtime"}
