"""Filling the ticket tables, as their owner, in one transaction."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.utils import timezone

from backoffice.seed import words
from backoffice.seed.people import People, make_people, real_data
from backoffice.seed.rebuild import rebuilt_after
from backoffice.seed.rows import DRAW, PREPARE, TABLES, statements

BATCH = 20_000
DAYS = 365
Tell = Callable[[str], None]


class Refused(Exception):
    """Why nothing was filled in, in a sentence for the operator."""


def fill(tickets: int, messages: int, *, tell: Tell, sure: bool = False, seed: int = 7) -> None:
    """Add this many tickets with this many messages each, spread over the last year.

    Raises Refused when the database holds real data and the caller is not `sure`.
    """
    real = "" if sure else real_data()
    if real:
        raise Refused(f"This database holds real data ({real}); --yes fills it all the same.")
    tell("people, teams and categories")
    people = make_people(tickets)
    with _owner() as owner, owner.transaction(), owner.cursor() as cursor, rebuilt_after(cursor, TABLES, tell):
        _tickets(cursor, people, tickets, messages, tell, random.Random(seed))
    tell("statistics")
    with _owner() as owner:
        owner.autocommit = True
        for table in (*TABLES, "accounts_user"):
            owner.execute(f"vacuum analyze {table}")


def _owner() -> psycopg.Connection[Any]:
    """A connection as the role that owns the tables, without time-outs."""
    wanted = settings.DATABASE_OWNER
    name = connection.settings_dict["NAME"]
    given = {"host": wanted["HOST"], "port": wanted["PORT"], "user": wanted["USER"], "password": wanted["PASSWORD"]}
    return psycopg.connect(dbname=name, **{key: value for key, value in given.items() if value})


def _tickets(cursor: Any, people: People, total: int, messages: int, tell: Tell, chance: random.Random) -> None:
    now = timezone.now()
    known = _known(people, total, messages, now)
    cursor.execute("select setseed(%s)", [chance.random()])
    for statement in _split(PREPARE):
        _run(cursor, statement, known)
    _copy_sentences(cursor, chance)
    inserts = statements()
    for first in range(1, total + 1, BATCH):
        last = min(first + BATCH - 1, total)
        for statement in _split(DRAW):
            _run(cursor, statement, {**known, "first": first, "last": last})
        for sql, defaults in inserts:
            _run(cursor, sql, known | {f"default_{n}": value for n, value in enumerate(defaults)})
        tell(f"{last} of {total} tickets")


def _known(people: People, total: int, messages: int, now: datetime) -> dict[str, Any]:
    return {
        "customers": people.customers, "customer_count": len(people.customers),
        "agents": people.agents, "agent_count": len(people.agents), "agent": people.agents[0],
        "teams": people.teams, "team_count": len(people.teams),
        "categories": people.categories, "category_count": len(people.categories),
        "total": total, "days": DAYS, "now": now - timedelta(minutes=2), "zone": settings.TIME_ZONE,
        "messages": messages, "notes": messages // 4,
        "arabic": words.SENTENCES["ar"], "english": words.SENTENCES["en"],
        "third_ar": words.EVERY_THIRD["ar"], "third_en": words.EVERY_THIRD["en"],
        "rare": words.EVERY_5000TH,
    }  # fmt: skip


def _split(sql: str) -> list[str]:
    return [part for part in sql.split(";\n") if part.strip()]


def _run(cursor: Any, sql: str, known: dict[str, Any]) -> None:
    """Execute with those of the known parameters that the statement names; a lone % is a %."""
    named = set(re.findall(r"%\((\w+)\)s", sql))
    cursor.execute(re.sub(r"%(?![%(])", "%%", sql.replace("%%", "%")), {name: known[name] for name in named})


def _copy_sentences(cursor: Any, chance: random.Random) -> None:
    sentences = [*words.pool("ar", chance), *words.pool("en", chance)]
    with cursor.copy("copy seed_sentence (n, subject, body) from stdin") as copy:
        for number, sentence in enumerate(sentences):
            copy.write_row((number, sentence.subject, sentence.body))
    cursor.execute("analyze seed_sentence")
