"""The composition root as an app: commands and system checks live here."""

from pathlib import Path

from django.apps import AppConfig
from django.conf import settings

from core.i18n.compiled import compile_catalogues


class ConfigConfig(AppConfig):
    name = "config"

    def import_models(self) -> None:
        # Before the models of any other app: Django translates a text, and so loads the catalogues for good, when it
        # makes the first many-to-many field. Any process may be the first one on a bare checkout.
        compile_catalogues(*map(Path, settings.LOCALE_PATHS))
        super().import_models()

    def ready(self) -> None:
        # Celery too: whoever wakes a task does it through the application of this project.
        from config import celery, checks, default_rows, errors  # noqa: F401

        default_rows.connect()
