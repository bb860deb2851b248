"""Define what people are told, and the outbox it is told from."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        """Have the figures asked for with the others, and the channels looked at by the system checks."""
        from prometheus_client import REGISTRY

        from notifications import checks  # noqa: F401
        from notifications.metrics import Figures

        REGISTRY.register(Figures())
