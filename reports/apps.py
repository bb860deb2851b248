"""Reports, statistics and exports: one figure, the same everywhere."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
