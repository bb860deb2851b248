"""Refusals on the socket: one code each, in the caller's language; in English until it is known who calls."""

from __future__ import annotations

from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.errors import Problem

CLOSE_PROTOCOL, CLOSE_UNAUTHENTICATED, CLOSE_FORBIDDEN, CLOSE_LIMIT, CLOSE_SLOW = 4400, 4401, 4403, 4429, 4408
CLOSE_RESTART, CLOSE_TRY_LATER = 1012, 1013

MESSAGES: dict[str, str | Promise] = {
    "bad_frame": _("This is not a JSON object with an action."),
    "bad_request": _("The arguments of this action cannot be used."),
    "ambiguous": _("This id fits more than one of your rooms. Send it under the name of what it is."),
    "unknown_action": _("There is no such action."),
    "unauthorized": _("Sign in to continue."),
    "forbidden": _("You do not have permission to do this."),
    "not_found": _("Nothing was found here."),
    "rate_limited": _("Too many requests. Try again in a moment."),
    "too_many_rooms": _("This socket is in as many rooms as it may be."),
    "too_large": _("This frame is too large."),
    "unavailable": _("The service is busy. Try again in a moment."),
    "internal": _("Something went wrong on our side."),
}


class Refused(Exception):
    """An action that is answered with an error; `details` stand beside code and message."""

    def __init__(self, code: str, **details: Any) -> None:
        self.code = code
        self.details = details
        super().__init__(code)

    @classmethod
    def by(cls, problem: Problem, language: str) -> Refused:
        """Return what an operation refused, as REST says it, in the caller's words."""
        with translation.override(language):
            described = problem.described()
        if retry_after := getattr(problem, "retry_after", None):
            described["retryAfter"] = retry_after
        return cls(**described)

    def said(self, language: str) -> dict[str, Any]:
        """The error as it stands on the wire."""
        with translation.override(language):
            return {"code": self.code, "message": str(MESSAGES.get(self.code, "")), **self.details}

    def answer(self, language: str) -> dict[str, Any]:
        """Return what the action is answered."""
        return {"ok": False, "error": self.said(language)}


class Closed(Exception):
    """The socket is to be closed with this code."""

    def __init__(self, code: int, error: str = "") -> None:
        self.code, self.error = code, error
        super().__init__(code)
