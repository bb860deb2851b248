"""The composition root as an app: commands and system checks live here."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import checks, errors  # noqa: F401
