"""The event log and its delivery."""

from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    name = "realtime"
