"""The back office's admin site."""

from django.contrib.admin import AdminSite


class BackOfficeSite(AdminSite):
    """Stock Django admin under our own look."""
