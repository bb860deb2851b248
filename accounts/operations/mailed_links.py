"""Queue mailed links: each request is taken once, by one worker, and of a token only the hash is kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from django.db.models import QuerySet

from accounts.models import User
from core import clock
from notifications.outbox import notify

log = structlog.get_logger(__name__)


def new_token() -> str:
    """Return a token that nobody can guess."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def answer_all(requests: QuerySet[Any], answer: Callable[[int], bool], *, life: timedelta) -> int:
    """Answer each request that is younger than its link would be and return how many links were queued.

    A request that fails stays waiting.
    """
    waiting = requests.filter(created_at__gt=clock.now() - life).order_by("pk")
    sent = 0
    for request_id in list(waiting.values_list("pk", flat=True)):
        try:
            sent += answer(request_id)
        except Exception:
            log.exception("link_not_sent", requests=requests.model.__name__, request=request_id)
    return sent


def queue_link(requests: QuerySet[Any], request_id: int, people: QuerySet[User], kind: str) -> bool:
    """Have the link of one request mailed to whom of these people it is for; False when there is nobody.

    To be called in an operation: the request is held meanwhile, so that two workers never answer one twice.
    """
    request = requests.select_for_update(skip_locked=True).filter(pk=request_id).first()
    if request is None:
        return False
    request.delete()
    user = people.filter(email=request.email, is_active=True).select_for_update(no_key=True).first()
    if user is None:
        return False
    notify(kind, user, occasion=f"request-{request_id}", by=None)
    return True
