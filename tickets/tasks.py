"""Background work of tickets: the SLA monitor, and tickets computed anew after an edit of the rules."""

from celery import shared_task
from django.conf import settings

from core import clock
from core.periodic import claim, give_back
from tickets import monitor
from tickets.assigning.run import run_all
from tickets.health import MONITOR
from tickets.sla.refresh import refresh_all


@shared_task(name="tickets.sla_monitor")  # type: ignore[untyped-decorator]
def sla_monitor() -> None:
    """Look at all tickets that are due, every SLA_SWEEP_SECONDS; a failed round is due again at once."""
    now = clock.now()
    if not claim(MONITOR, settings.SLA["sweep_seconds"], now):
        return
    try:
        monitor.run()
    except Exception:
        give_back(MONITOR, now)
        raise


@shared_task(name="tickets.check_sla")  # type: ignore[untyped-decorator]
def check_sla(ticket_id: int) -> None:
    """Tell what came about on one ticket, if it is due, without waiting for the next round."""
    monitor.run_one(ticket_id)


@shared_task(name="tickets.refresh_sla")  # type: ignore[untyped-decorator]
def refresh_sla() -> None:
    """Compute the open tickets that follow older policies or calendars."""
    refresh_all()


@shared_task(name="tickets.assigning.run.run_all")  # type: ignore[untyped-decorator]
def give_out_tickets() -> None:
    """Take back, tell and give out tickets as the assignment rules say."""
    run_all()
