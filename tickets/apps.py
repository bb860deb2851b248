"""Tickets, their messages and their life."""

from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "tickets"
