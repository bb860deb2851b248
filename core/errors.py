"""The closed list of refusals: one class a code, the status it answers with and its words in both languages."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.details import Detail

Text = str | Promise
MAX_FAULTS = 20
"""An answer names at most so many wrong inputs."""
Fields = Mapping[str, Sequence[Text]]


class Problem(Exception):
    """A refusal with a code of the contract; every door turns it into its own form.

    `fields` names wrong inputs as the caller spelled them, `details` is what the contract says for the code.
    """

    code: ClassVar[str] = "invalid"
    status: ClassVar[int] = 400
    text: ClassVar[Text] = _("The request is not valid.")

    def __init__(
        self, message: Text | None = None, *, fields: Fields | None = None, details: Mapping[str, Any] | None = None
    ) -> None:
        self.message = message or self.text
        self.fields = fields
        self.details = details
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.message)

    def described(self) -> dict[str, Any]:
        """Code, message, fields and details as every door says them, in the active language."""
        found: dict[str, Any] = {"code": self.code, "message": str(self.message)}
        if self.fields:
            named = islice(self.fields.items(), MAX_FAULTS)
            found["fields"] = {name: [str(text) for text in texts[:MAX_FAULTS]] for name, texts in named}
        if self.details:
            found["details"] = {
                name: value.shown() if isinstance(value, Detail) else value for name, value in self.details.items()
            }
        return found


class Invalid(Problem):
    """Hold what was sent cannot be used; `fields` says which part and why."""


class Unauthenticated(Problem):
    code, status, text = "unauthenticated", 401, _("Sign in to continue.")


class OtpRequired(Problem):
    code, status, text = "otp_required", 401, _("Enter the code from your authenticator app.")


class Forbidden(Problem):
    """The caller sees the thing but may not do this; names the missing permission when there is one."""

    code, status, text = "forbidden", 403, _("You do not have permission to do this.")

    def __init__(self, permission: str | None = None) -> None:
        super().__init__(details={"permission": permission} if permission else None)


class NotFound(Problem):
    code, status, text = "not_found", 404, _("Nothing was found here.")


class MethodNotAllowed(Problem):
    code, status, text = "method_not_allowed", 405, _("This address does not take this method.")


class Stale(Problem):
    code, status, text = "stale", 409, _("Someone changed this meanwhile. Look at the new state and try again.")


class ThreadMoved(Problem):
    code, status, text = "thread_moved", 409, _("New messages came while you were writing.")


class IdempotencyConflict(Problem):
    code, status, text = "idempotency_conflict", 409, _("This idempotency key was used for another request.")


class InProgress(Problem):
    code, status, text = "in_progress", 409, _("The same request is still being worked on. Try again in a moment.")


class PageTooDeep(Problem):
    code, status, text = "page_too_deep", 400, _("This page is too deep. Follow nextCursor instead.")


class InvalidTransition(Problem):
    """The state machine has no such step; details say from, to and what is allowed."""

    code, status, text = "invalid_transition", 409, _("This status change is not possible.")

    def __init__(self, origin: str, target: str, allowed: Sequence[str], message: Text | None = None) -> None:
        super().__init__(message, details={"from": origin, "to": target, "allowed": list(allowed)})


class AlreadyAccepted(Problem):
    code, status, text = "already_accepted", 409, _("Another agent already accepted this chat.")


class AtCapacity(Problem):
    code, status, text = "at_capacity", 409, _("You already have as many chats as you can take.")


class AlreadyRated(Problem):
    code, status, text = "already_rated", 409, _("This was already rated.")


class SessionOpen(Problem):
    code, status, text = "session_open", 409, _("A chat is still open.")


class SessionEnded(Problem):
    code, status, text = "session_ended", 409, _("This chat has ended.")


class ReopenWindowPassed(Problem):
    code, status, text = "reopen_window_passed", 409, _("It is too late to reopen this ticket. Open a new one.")


class Merged(Problem):
    code, status, text = "merged", 409, _("This ticket was merged into another one.")


class TooLarge(Problem):
    code, status, text = "too_large", 413, _("This is too large.")


class UnsupportedType(Problem):
    code, status, text = "unsupported_type", 415, _("This kind of content is not accepted.")


class RateLimited(Problem):
    """Too many requests; `retry_after` in whole seconds."""

    code, status, text = "rate_limited", 429, _("Too many requests. Try again in a moment.")

    def __init__(self, retry_after: int, message: Text | None = None) -> None:
        self.retry_after = max(1, retry_after)
        super().__init__(message, details={"retryAfter": self.retry_after})


class Unavailable(Problem):
    """A store is away or busy; nothing was written and the request may be sent again."""

    code, status, text = "unavailable", 503, _("The service is busy. Try again in a moment.")
    retry_after = 2


class MayBeStored(Unavailable):
    """The answer to a commit was lost: what was sent is stored or not, and only a repeat with its key is safe."""

    text = _(
        "The connection to the database was lost while this was being stored: it may be stored. "
        "Sending it again with the same Idempotency-Key or clientMessageId is safe; without one, look first."
    )

    def __init__(self) -> None:
        super().__init__(details={"mayBeStored": True})


CODES: dict[str, type[Problem]] = {kind.code: kind for kind in Problem.__subclasses__()}
