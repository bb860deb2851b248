"""The append-only log of who did what."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "audit"
