"""The chat bot: rules in the database and a pure engine."""

from django.apps import AppConfig


class BotConfig(AppConfig):
    name = "bot"
