"""F1 to F3: opening tickets over HTTP, by the operation alone, and by import."""

from __future__ import annotations

import itertools
import json
import random
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.ground import Ground
from benchmarks.table import Row
from benchmarks.web import rate, request, web

CLIENTS = 8
_counted = itertools.count(1)


def create_over_http(ground: Ground, ports: list[int] | None = None) -> Row:
    """F1: customers open tickets through two web processes; the floor has two connections."""
    texts = _texts(ground)
    tokens = [_token(user) for user in _customers(50)]

    def make() -> bytes:
        subject, description = random.choice(texts)
        body = json.dumps({"subject": subject, "description": description, "priority": "normal"}).encode()
        return request("POST", "/tickets", random.choice(tokens), body)

    ours, theirs = [], []
    with web() as ports:
        rate(ports, make, CLIENTS, min(1.0, ground.size.seconds))
        for _ in range(ground.size.rounds):
            theirs.append(ground.pgbench("one.sql", 2))
            ours.append(rate(ports, make, CLIENTS, ground.size.seconds))
    return Row("F1", f"create ticket over HTTP, 2 web processes, {CLIENTS} clients", "/s", ours, theirs)


def create_by_operation(ground: Ground) -> Row:
    """F2: the operation, one connection, no HTTP."""
    from tickets.operations import NewTicket, create_ticket

    texts, people = _texts(ground), _customers(50)

    def run(seconds: float) -> float:
        made, begun = 0, time.perf_counter()
        while time.perf_counter() - begun < seconds:
            subject, description = random.choice(texts)
            create_ticket(NewTicket(subject=subject, description=description), by=random.choice(people))
            made += 1
        return made / (time.perf_counter() - begun)

    run(min(1.0, ground.size.seconds))
    ours, theirs = [], []
    for _ in range(ground.size.rounds):
        theirs.append(ground.pgbench("one.sql", 1))
        ours.append(run(ground.size.seconds))
    return Row("F2", "create ticket, the operation alone, 1 connection", "/s", ours, theirs)


def bulk_import(ground: Ground) -> Row:
    """F3: importing JSON lines of tickets with their opening message, all of the command but its start."""
    from django.core.management import call_command

    count = 500 if ground.size.tickets < 10_000 else 5_000
    texts = _texts(ground)
    mails = [user.email for user in _customers(200)]
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(ground.size.rounds):
            theirs.append(ground.pgbench("batch.sql", 1) * 500)
            file = Path(folder) / "tickets.jsonl"
            file.write_text("\n".join(_line(texts, mails) for _ in range(count)))
            begun = time.perf_counter()
            call_command("import_tickets", str(file), source=f"bench-{time.time_ns()}", verbosity=0)
            ours.append(count / (time.perf_counter() - begun))
    return Row("F3", f"import {count} tickets, batches of 500", "/s", ours, theirs)


def _line(texts: list[tuple[str, str]], mails: list[str]) -> str:
    subject, description = random.choice(texts)
    record: dict[str, Any] = {"id": str(next(_counted)), "subject": subject, "description": description}
    record |= {"customerEmail": random.choice(mails), "status": "closed", "priority": "normal"}
    record |= {"createdAt": "2025-03-01T10:00:00Z", "resolvedAt": "2025-03-02T10:00:00Z"}
    return json.dumps(record, ensure_ascii=False)


def _texts(ground: Ground) -> list[tuple[str, str]]:
    """The texts that the floor inserts too."""
    return [(subject, body) for subject, body in ground.floor.execute("select subject, body from floor.text")]


def _customers(count: int) -> list[Any]:
    from accounts.models import User

    found = User.objects.with_rights().filter(email__startswith="customer", email__endswith="@seed.test")
    return list(found.order_by("pk")[:count])


def _token(user: Any) -> str:
    from accounts.tokens import open_family

    return open_family(user).access
