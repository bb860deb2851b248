"""Around each act on a ticket: its events are registered and well formed, go to the right rooms, and are enough.

Enough means: what a client held before, with the events applied, equals what it would read afresh; for staff and for
the customer alike.
"""

from __future__ import annotations

import random
from typing import Any

import pytest

from accounts.models import User
from tests.api import Api, data
from tests.crosscut.mirror import Mirror, check_forms, latest, stored, unsigned
from tests.sla import acts as sla
from tests.storage import upload
from tests.tickets import acts
from tests.tickets.acts import act, given, moved, noted, opened, replied
from tickets.sla.refresh import refresh_all


class Scene:
    """Two tickets of the customer, and who acts on them; `ticket` has an agent and a team, `other` nothing."""

    def __init__(self, cast):
        self.cast = cast
        body = {"subject": "T", "description": "D", "customerId": str(cast.customer.pk), "teamId": str(cast.team.pk)}
        self.ticket = data(Api(cast.lead).post("/tickets", body), 201)
        self.other = opened(cast.customer)

    def patch(self, **changes):
        data(Api(self.cast.agent).patch(f"/tickets/{self.ticket['id']}", changes))

    def request(self, method, path, body=None):
        response = Api(self.cast.agent).request(method, f"/tickets/{self.ticket['id']}{path}", body)
        assert response.status_code < 300, response.content

    def link(self, method="POST"):
        self.request(method, "/links", {"ticketId": self.other["id"], "kind": "related"})

    def watch(self, method="PUT"):
        self.request(method, f"/watchers/{self.cast.colleague.pk}")

    def merge(self):
        act(self.cast.lead, self.ticket, "merge", {"sourceIds": [self.other["id"]]})

    def unmerge(self):
        act(self.cast.lead, self.ticket, "unmerge", {"sourceId": self.other["id"]})

    def rate(self, rating):
        act(self.cast.customer, self.ticket, "rate", {"rating": rating})


def agent_is(availability):
    return lambda s: User.objects.filter(pk=s.cast.colleague.pk).update(availability=availability)


def statuses(*names):
    return lambda s: moved(s.cast.agent, s.ticket, *names)


def assigned(s):
    given(s.cast.agent, s.ticket, s.cast.colleague)


def with_file(s, by, write):
    [file] = upload(Api(by), "paper.txt")
    return lambda: write(by, s.ticket, attachments=[file["id"]])


MESSAGE, UPDATED, ASSIGNED = "ticket:message", "ticket:updated", "ticket:assigned"
# name: (what comes before, the act, the events it must emit)
ACTS = {
    "customer replies": ([], lambda s: replied(s.cast.customer, s.ticket), {MESSAGE, UPDATED}),
    "customer answers pending": (
        [statuses("pending")], lambda s: replied(s.cast.customer, s.ticket), {MESSAGE, UPDATED},
    ),
    "customer answers pending, assigned": (
        [assigned, statuses("pending")], lambda s: replied(s.cast.customer, s.ticket), {MESSAGE, UPDATED},
    ),
    "customer reply reopens": (
        [statuses("resolved")], lambda s: replied(s.cast.customer, s.ticket), {MESSAGE, UPDATED},
    ),
    "customer reply reopens and frees": (
        [assigned, agent_is("away"), statuses("resolved")],
        lambda s: replied(s.cast.customer, s.ticket), {MESSAGE, ASSIGNED},
    ),
    "agent's first reply": ([], lambda s: replied(s.cast.agent, s.ticket), {MESSAGE, UPDATED}),
    "agent's first reply in progress": (
        [statuses("in_progress")], lambda s: replied(s.cast.agent, s.ticket), {MESSAGE, UPDATED},
    ),
    "agent's second reply": (
        [lambda s: replied(s.cast.agent, s.ticket)], lambda s: replied(s.cast.agent, s.ticket), {MESSAGE, UPDATED},
    ),
    "a note": ([], lambda s: noted(s.cast.agent, s.ticket), {MESSAGE, UPDATED}),
    "a note on what is closed": ([statuses("closed")], lambda s: noted(s.cast.agent, s.ticket), {MESSAGE, UPDATED}),
    "a reply with a file": ([], lambda s: with_file(s, s.cast.customer, replied)(), {MESSAGE, UPDATED}),
    "a note with a file": ([], lambda s: with_file(s, s.cast.agent, noted)(), {MESSAGE, UPDATED}),
    "subject": ([], lambda s: s.patch(subject="New"), {UPDATED}),
    "priority": ([], lambda s: s.patch(priority="urgent"), {UPDATED}),
    "tags": ([], lambda s: s.patch(tags=["a", "b"]), {UPDATED}),
    "team": ([], lambda s: s.patch(teamId=None), {UPDATED}),
    "assign": ([], assigned, {ASSIGNED}),
    "reassign": ([assigned], lambda s: given(s.cast.agent, s.ticket, s.cast.lead), {ASSIGNED}),
    "unassign": ([assigned], lambda s: given(s.cast.agent, s.ticket, None), {ASSIGNED}),
    "assign a team": (
        [], lambda s: act(s.cast.agent, s.ticket, "assign", {"agentId": None, "teamId": None}), {UPDATED},
    ),
    "escalate": ([], lambda s: act(s.cast.agent, s.ticket, "escalate", {"reason": "R"}), {MESSAGE, UPDATED}),
    "escalate to someone": (
        [assigned],
        lambda s: act(s.cast.agent, s.ticket, "escalate", {"reason": "R", "agentId": str(s.cast.lead.pk)}),
        {MESSAGE, UPDATED, ASSIGNED},
    ),
    "escalate what is urgent": (
        [lambda s: s.patch(priority="urgent")],
        lambda s: act(s.cast.agent, s.ticket, "escalate", {"reason": "R"}), {MESSAGE, UPDATED},
    ),
    "hold": ([], statuses("on_hold"), {UPDATED}),
    "resolve": ([], statuses("resolved"), {UPDATED}),
    "close what is resolved": ([statuses("resolved")], statuses("closed"), {UPDATED}),
    "status with a note": (
        [], lambda s: act(s.cast.agent, s.ticket, "status", {"status": "pending", "note": "N"}), {MESSAGE, UPDATED},
    ),
    "customer closes": ([], lambda s: act(s.cast.customer, s.ticket, "close"), {UPDATED}),
    "customer reopens": ([statuses("resolved")], lambda s: act(s.cast.customer, s.ticket, "reopen"), {UPDATED}),
    "customer reopens and frees": (
        [assigned, agent_is("offline"), statuses("resolved")],
        lambda s: act(s.cast.customer, s.ticket, "reopen"), {UPDATED, ASSIGNED},
    ),
    "agent reopens what is closed": ([statuses("closed")], statuses("open"), {UPDATED}),
    "rate": ([statuses("resolved")], lambda s: s.rate(4), {UPDATED}),
    "rate again": ([statuses("resolved"), lambda s: s.rate(4)], lambda s: s.rate(2), {UPDATED}),
    "merge": ([lambda s: noted(s.cast.agent, s.other)], lambda s: s.merge(), {MESSAGE, UPDATED}),
    "merge with files": (
        [lambda s: replied(s.cast.agent, s.other, attachments=[upload(Api(s.cast.agent), "a.txt")[0]["id"]]),
         lambda s: data(Api(s.cast.agent).put(f"/tickets/{s.other['id']}/watchers/{s.cast.agent.pk}"))],
        lambda s: s.merge(), {MESSAGE, UPDATED},
    ),
    "unmerge": (
        [lambda s: s.merge(), lambda s: replied(s.cast.customer, s.other)], lambda s: s.unmerge(), {MESSAGE, UPDATED},
    ),
    "reply to a merged source": (
        [lambda s: s.merge()], lambda s: replied(s.cast.customer, s.other), {MESSAGE, UPDATED},
    ),
    "answer to what is closed": (
        [statuses("closed")], lambda s: replied(s.cast.customer, s.ticket), {"ticket:created", UPDATED},
    ),
    "link": ([], lambda s: s.link(), {UPDATED}),
    "unlink": ([lambda s: s.link()], lambda s: s.link("DELETE"), {UPDATED}),
    "watch": ([], lambda s: s.watch(), {UPDATED}),
    "unwatch": ([lambda s: s.watch()], lambda s: s.watch("DELETE"), {UPDATED}),
}  # fmt: skip


@pytest.mark.parametrize("name", ACTS)
def test_events_are_well_formed_and_enough(cast, settle, storage, name):
    before, run, expected = ACTS[name]
    scene = Scene(cast)
    for step in before:
        step(scene)
    settle()
    mirrors = [Mirror(reader, scene.ticket, scene.other) for reader in (cast.customer, cast.agent)]
    since = latest()
    run(scene)
    settle()
    assert check_forms(since) == expected
    for mirror in mirrors:
        mirror.catch_up()
        assert mirror.differs() == {}


def test_the_event_of_a_new_ticket_is_what_each_audience_reads(cast, settle):
    since = latest()
    body = {"subject": "S", "description": "D", "customerId": str(cast.customer.pk), "agentId": str(cast.agent.pk)}
    ticket = data(Api(cast.lead).post("/tickets", body), 201)
    settle()
    assert check_forms(since) == {"ticket:created"}
    for reader, room in [(cast.customer, f"user:{cast.customer.pk}"), (cast.agent, f"user:{cast.agent.pk}"),
                         (cast.lead, "queue:tickets")]:  # fmt: skip
        [(_seq, _name, payload)] = stored(room)
        assert payload == unsigned(data(Api(reader, language="ar").get(f"/tickets/{ticket['id']}")))


def test_every_registered_event_of_tickets_is_held_to_this(cast):
    from tickets.event_forms import EVENTS

    named = set().union(*(expected for _before, _run, expected in ACTS.values()))
    assert {spec.name for spec in EVENTS} == named


def test_a_mirror_that_is_told_nothing_differs(cast, settle, storage):
    """The suite itself: what is not told is seen to be missing."""
    scene = Scene(cast)
    mirror = Mirror(cast.agent, scene.ticket)
    acts.noted(cast.agent, scene.ticket)
    settle()
    assert {name.split(".")[1] for name in mirror.differs()} == {"messageCount", "staffUpdatedAt", "realtime", "thread"}


def _random_act(chance: random.Random, scene: Scene, made: dict[str, Any]) -> None:
    """Something that somebody does to one of the two tickets; a refusal is as good."""
    cast, ticket = scene.cast, chance.choice([scene.ticket, scene.other])
    who = chance.choice([cast.customer, cast.agent, cast.lead])
    told = [{"body": "B"}, {"body": "N", "isInternal": True}] if who.is_agent else [{"body": "B"}]
    bodies: dict[str, Any] = {
        "messages": chance.choice(told),
        "status": {"status": chance.choice(["open", "pending", "on_hold", "in_progress", "resolved"]), "note": "N"},
        "assign": {"agentId": chance.choice([str(cast.agent.pk), str(cast.colleague.pk), None])},
        "escalate": {"reason": "R"},
        "rate": {"rating": chance.randint(1, 5)},
        "merge": {"sourceIds": [scene.other["id"] if ticket is scene.ticket else scene.ticket["id"]]},
        "unmerge": {"sourceId": scene.other["id"]},
        "close": None,
        "reopen": None,
    }
    what = chance.choice([*bodies, "messages", "messages", "fields", "policy", "monitor"])
    if what == "fields":
        Api(who).patch(f"/tickets/{ticket['id']}", {"priority": chance.choice(["low", "high"]), "tags": ["a"]})
    elif what == "policy":
        first = chance.choice([10, 60, 240])
        made["policy"] = sla.policy(cast.administrator, replaces=made["policy"], first=first)
        refresh_all()
    elif what == "monitor":
        sla.check()
    else:
        assert acts.tried(who, ticket, what, bodies[what]).status_code < 500


@pytest.mark.parametrize("run", range(3))
def test_after_any_operations_the_old_state_and_the_events_are_what_rest_says(run, cast, settle, storage):
    seed = random.randrange(10**6)
    print(f"seed {seed}")  # noqa: T201
    chance, made = random.Random(seed), dict[str, Any]()
    with sla.at(0):
        made["policy"] = sla.policy(cast.administrator, first=30, following=30, resolution=300)
        scene = Scene(cast)
    settle()
    mirrors = [Mirror(reader, scene.ticket, scene.other) for reader in (cast.customer, cast.agent)]
    for step in range(1, 26):
        with sla.at(step * 0.2):
            _random_act(chance, scene, made)
            settle()
        for mirror in mirrors if step % 5 == 0 else []:
            mirror.catch_up()
            assert mirror.differs() == {}, step
