"""Define what is possible: the states of a ticket and the steps between them, in one table."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """Where a ticket stands. `pending` waits for the customer, `on_hold` for a third party."""

    OPEN = "open", _("Open")
    IN_PROGRESS = "in_progress", _("In progress")
    PENDING = "pending", _("Pending")
    ON_HOLD = "on_hold", _("On hold")
    RESOLVED = "resolved", _("Resolved")
    CLOSED = "closed", _("Closed")


class Priority(models.IntegerChoices):
    """How urgent a ticket is; stored as its rank, named on the wire."""

    LOW = 1, _("Low")
    NORMAL = 2, _("Normal")
    HIGH = 3, _("High")
    URGENT = 4, _("Urgent")

    @property
    def wire(self) -> str:
        """The contract's word: low, normal, high, urgent."""
        return self.name.lower()

    def raised(self) -> "Priority":
        """One step up, urgent at most."""
        return Priority(min(self + 1, Priority.URGENT))


PRIORITIES = {priority.wire: priority for priority in Priority}
WORKING = (Status.OPEN, Status.IN_PROGRESS, Status.PENDING, Status.ON_HOLD)
DONE = (Status.RESOLVED, Status.CLOSED)
RUNNING = (Status.OPEN, Status.IN_PROGRESS)
PAUSED = (Status.PENDING, Status.ON_HOLD)

_STEPS: dict[Status, tuple[Status, ...]] = {
    **{status: tuple(other for other in (*WORKING, *DONE) if other != status) for status in WORKING},
    Status.RESOLVED: (Status.OPEN, Status.CLOSED),
    Status.CLOSED: (Status.OPEN,),
}


def allowed(origin: str, *, merged: bool = False) -> tuple[Status, ...]:
    """The states a ticket may go to; a merged source goes nowhere."""
    return () if merged else _STEPS[Status(origin)]
