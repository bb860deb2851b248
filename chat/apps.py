"""Live chat: sessions, the queue, and the bot's part in them."""

from django.apps import AppConfig


class ChatConfig(AppConfig):
    name = "chat"
