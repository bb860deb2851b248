"""Refused authorisations go to the audit log."""

from typing import Any

from accounts.models import User
from audit.recorder import record
from core.errors import Problem
from core.operation import operation


@operation
def record_refusal(by: User, problem: Problem, door: str) -> None:
    """Remember that someone was refused: which permission was missing and at which door."""
    metadata: dict[str, Any] = {"door": door[:200], **(problem.details or {})}
    record("ACCESS_REFUSED", by, by=by, metadata=metadata)
