"""A thing and a person without tables, the acts on it, and the hand that tampers with what was written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connection

from audit.models import Entry
from audit.recorder import record
from audit.verify import Verification
from core.operation import operation_scope
from tests.conftest import superuser


@dataclass(frozen=True)
class Thing:
    pk: int = 1
    audit_name: str = "شاشة مكسورة"
    audit_type: str = "thing"


@dataclass(frozen=True)
class Person:
    pk: int = 7
    actor_model: str = "Agent"
    actor_name: str = "منى"


def act(count: int = 1, **values: Any) -> list[int]:
    """So many acts, each in a transaction of its own; the ids of their entries, oldest first."""
    before = Entry.objects.order_by("-id").values_list("id", flat=True).first() or 0
    for number in range(count):
        with operation_scope():
            record("THING_CHANGED", Thing(), by=Person(), new=values or {"number": number, "text": "نص"})
    return list(Entry.objects.filter(id__gt=before).order_by("id").values_list("id", flat=True))


@contextmanager
def tampering() -> Iterator[psycopg.Connection[Any]]:
    """The superuser with every trigger asleep: what nobody can be kept from, and what verification is for."""
    with superuser(connection.settings_dict["NAME"]) as hand:
        hand.execute("set session_replication_role = replica")
        yield hand


def damage(batch: int = 3) -> list[str]:
    """Return what verification says, in batches small enough that their borders matter."""
    return Verification(batch=batch).run().damage
