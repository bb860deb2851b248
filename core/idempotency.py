"""A creating request sent twice is carried out once, and both get the first answer."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import OperationalError, connection
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable

from core.errors import IdempotencyConflict, InProgress, Invalid
from core.models import IdempotencyKey
from core.operation import operation_scope, run_later

_KEY = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(frozen=True)
class Answer:
    """Hold what a creating request answered: its status and its JSON."""

    status: int
    content: dict[str, Any]
    repeated: bool = False


def once(user_id: int, route: str, key: str, payload: Any, run: Callable[[], Answer]) -> Answer:
    """Carry out `run` once for this caller, route and key, in one transaction with the key's own row.

    Raises Invalid for a malformed key, IdempotencyConflict when the key came with another body, InProgress when the
    first request is not done within the lock time-out. A refusal is not kept: the request may be tried again.
    """
    if not _KEY.fullmatch(key):
        raise Invalid(fields={"Idempotency-Key": [_("Send 1 to 200 printable ASCII characters without blanks.")]})
    digest = hashlib.sha256(orjson.dumps(payload, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()
    with operation_scope():
        if not _claim(user_id, route, key, digest):
            return _first_answer(user_id, route, key, digest)
        answer = run()
        run_later(
            "update core_idempotencykey set status = %s, answer = %s::jsonb "
            "where user_id = %s and route = %s and key = %s",
            (answer.status, orjson.dumps(answer.content, default=str).decode(), user_id, route, key),
        )
        return answer


def _claim(user_id: int, route: str, key: str, digest: str) -> bool:
    """Insert the row; waits for a transaction that holds the same key, at most `lock_timeout`."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "insert into core_idempotencykey (user_id, route, key, body_hash, created_at) "
                "values (%s, %s, %s, %s, now()) on conflict do nothing",
                (user_id, route, key, digest),
            )
            return bool(cursor.rowcount)
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise InProgress from None
        raise


def _first_answer(user_id: int, route: str, key: str, digest: str) -> Answer:
    row = IdempotencyKey.objects.filter(user_id=user_id, route=route, key=key).first()
    if row is None:  # swept at this very moment: the next try is a first one
        raise InProgress
    if row.body_hash != digest:
        raise IdempotencyConflict
    if row.status is None:
        raise InProgress
    return Answer(row.status, row.answer or {}, repeated=True)
