"""Route × actor × status: the whole permission model, no route missing; foreign and absent answer alike."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from django.db import transaction
from django.urls import URLPattern, get_resolver

from core.api.views import ApiView
from tests.api import Api, data, refusal
from tests.crosscut.routes import ACTORS, ROUTES, filled
from tests.crosscut.world import ABSENT
from tests.tickets.acts import with_rights

METHODS = ("get", "post", "put", "patch", "delete")


@contextmanager
def undone() -> Iterator[None]:
    """Return what happens inside leaves nothing behind."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def declared() -> set[str]:
    """Every method of every API view that the URLconf leads to, its path's parameters blank."""

    def walk(patterns, prefix=""):
        for entry in patterns:
            path = prefix + str(entry.pattern)
            if isinstance(entry, URLPattern):
                yield path, getattr(entry.callback, "cls", None)
            else:
                yield from walk(entry.url_patterns, path)

    found = set()
    for path, view in walk(get_resolver().url_patterns):
        if view is not None and issubclass(view, ApiView):
            found |= {f"{name.upper()} /{path}" for name in METHODS if hasattr(view, name)}
    return {re.sub(r"<[^>]+>", "*", name) for name in found}


def test_every_route_of_the_api_stands_in_the_table():
    blank = {re.sub(r"\{file\}", "*/*", route.name) for route in ROUTES}
    listed = {re.sub(r"\{\w+\}", "*", name) for name in blank}
    assert declared() - listed == set(), "give these a line in tests/crosscut/routes.py"
    assert listed - declared() == set(), "these are no routes any more"
    assert len({route.name for route in ROUTES}) == len(ROUTES)


def called(world, route, actor, **ids):
    names = {**world.ids, **ids}
    response = world.client(actor).request(route.method, filled(route.path, names), filled(route.body, names))
    if response.streaming:
        b"".join(response.streaming_content)  # read to its end, a file is closed
    return response


def answers(world, route) -> dict[str, int]:
    """Return what each actor gets, each from the same state."""
    answered = {}
    for actor in ACTORS:
        # Keeping a file is a transaction of its own, so it is not undone; nobody else's answer hangs on it.
        with nullcontext() if route.path.endswith("/upload") else undone():
            response = called(world, route, actor)
        answered[actor] = response.status_code
        if response.status_code == 403 and route.needs:
            error = refusal(response, 403, "forbidden")
            assert error["details"] == {"permission": f"support.{route.needs}"}, route.name
    return answered


def test_each_actor_gets_what_the_table_says(world):
    for actor in ACTORS:
        world.client(actor)  # signed in before anything is undone
    wrong = {}
    for route in ROUTES:
        expected = {actor: route.expected(actor) for actor in ACTORS}
        answered = answers(world, route)
        if answered != expected:
            wrong[route.name] = {
                actor: f"{answered[actor]}, not {status}"
                for actor, status in expected.items()
                if answered[actor] != status
            }
    assert wrong == {}


def nameless(response) -> tuple[int, bytes, list[tuple[str, str]]]:
    """Status, body and headers of an answer without the request's own id."""
    own = response.headers["X-Request-Id"].encode()
    headers = [(name, value) for name, value in response.headers.items() if name != "X-Request-Id"]
    return response.status_code, response.content.replace(own, b""), sorted(headers)


def test_a_foreign_ticket_answers_as_an_absent_one(world):
    away = {"agentId": None, "teamId": str(world.cast.team.pk)}
    for ticket in (world.ids["ticket"], world.ids["other"]):
        data(world.client("agent").post(f"/tickets/{ticket}/assign", away))
    absent_ids, malformed_ids = dict.fromkeys(world.ids, ABSENT), dict.fromkeys(world.ids, "x")
    routes = [route for route in ROUTES if re.search(r"\{(ticket|other)\}", route.path)]
    for route, actor in itertools.product(routes, ("guest", "stranger", "outsider")):
        for body in (route.body, {"unknown": 1}):
            client, sent = world.client(actor), filled(body, world.ids)
            paths = [filled(route.path, ids) for ids in (world.ids, absent_ids, malformed_ids)]
            foreign, absent, malformed = (client.request(route.method, path, sent) for path in paths)
            refusal(foreign, 404, "not_found")
            assert nameless(foreign) == nameless(absent) == nameless(malformed), (route.name, actor, body)


def test_what_a_body_refers_to_is_absent_when_it_is_foreign(world):
    """Merging and linking name a second ticket; an agent who does not see it learns nothing of it."""
    with_rights(world.cast.outsider, "tickets.view", "tickets.update", "tickets.merge")
    client = world.client("outsider")
    own = data(world.client("customer").post("/tickets", {"subject": "S", "description": "D"}), 201)["id"]
    far = world.ids["other"]
    data(world.client("agent").post(f"/tickets/{far}/assign", {"agentId": None, "teamId": str(world.cast.team.pk)}))
    for path, name, body in (
        ("merge", "sourceIds", lambda ref: {"sourceIds": [ref]}),
        ("unmerge", "sourceId", lambda ref: {"sourceId": ref}),
        ("links", "ticketId", lambda ref: {"ticketId": ref, "kind": "related"}),
    ):
        foreign, absent = (client.post(f"/tickets/{own}/{path}", body(ref)) for ref in (far, ABSENT))
        assert nameless(foreign) == nameless(absent), name
        refusal(foreign, 404, "not_found")


def test_a_method_that_a_route_does_not_take_is_405(world):
    for path, method in [("/tickets", "DELETE"), ("/auth/login", "GET"), ("/tickets/{ticket}/close", "PUT")]:
        error = world.client("agent").request(method, filled(path, world.ids))
        refusal(error, 405, "method_not_allowed")


def test_an_unknown_address_is_a_404_of_the_same_shape(world):
    for path in ("/nothing", "/tickets/1/nothing", "/tickets/", "/auth/%00", "/TICKETS"):
        refusal(world.client("agent").get(path), 404, "not_found")


def test_a_token_that_is_none_is_401_in_the_same_shape(world):
    for token in ("x", "a.b.c", "é", "x" * 5000, world.client("agent").token + "x"):
        response = Api(token=token).get("/auth/me")
        refusal(response, 401, "unauthenticated")
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
