"""People, roles, teams, rights and tokens."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
