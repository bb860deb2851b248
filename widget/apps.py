from django.apps import AppConfig


class WidgetConfig(AppConfig):
    """The chat widget that shops embed, and the demo shop's page that shows it."""

    name = "widget"
