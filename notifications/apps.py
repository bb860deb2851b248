"""What people are told, and the outbox it is told from."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
