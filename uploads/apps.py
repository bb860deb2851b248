"""Files people send: checks, storage, signed links."""

from django.apps import AppConfig


class UploadsConfig(AppConfig):
    name = "uploads"
