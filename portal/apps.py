from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The customer's own pages under /help, rendered by the server and live where scripts run."""

    name = "portal"
