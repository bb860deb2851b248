"""Tickets, their messages and their life."""

from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "tickets"

    def ready(self) -> None:
        """Give Prometheus the figures of the SLA monitor."""
        import tickets.health  # noqa: F401
