"""Addresses of notifications in the back office, below `/admin/notifications/`."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.urls import URLPattern, path

from notifications.admin import bell


def pages(site: AdminSite) -> list[URLPattern]:
    """Return the pages that are no list of a model, for staff alone."""
    wrap = site.admin_view
    return [
        path("notifications/bell", wrap(bell.show_bell), name="notification_bell"),
        path("notifications/seen", wrap(bell.see_page), name="notification_seen"),
        path("notifications/read-all", wrap(bell.read_all), name="notification_read_all"),
        path("notifications/mine", wrap(lambda request: bell.my_notifications(request, site)), name="my_notifications"),
        path("notifications/mine/<str:ref>", wrap(bell.open_notification), name="notification_open"),
    ]
