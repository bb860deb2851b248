"""The worker's round over all assignment rules; woken when something may have changed, and swept."""

import structlog

from accounts.models import Role, User
from tickets.assigning.models import AssignmentRule
from tickets.operations.assigning import give_tickets, take_back
from tickets.operations.left_behind import tell_left_behind

BATCH = 50
log = structlog.get_logger(__name__)


def run_all() -> None:
    """Take back what agents left, tell what is nobody's, and give out what waits, until nothing is left to do."""
    system = User.objects.service(Role.SYSTEM)
    while take_back(BATCH, by=system) == BATCH:
        pass
    while tell_left_behind(BATCH, by=system) == BATCH:
        pass
    for rule_id in AssignmentRule.objects.filter(is_active=True).order_by("pk").values_list("pk", flat=True):
        try:
            while give_tickets(rule_id, BATCH, by=system):
                pass
        except Exception:
            log.exception("assignment_rule_failed", rule=rule_id)
