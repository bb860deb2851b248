"""Addresses of notifications in the back office, below `/admin/notifications/`."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.admin import AdminSite
from django.http import HttpResponse
from django.urls import URLPattern, path

from notifications.admin import bell, own, setup


def pages(site: AdminSite) -> list[URLPattern]:
    """Return the pages that are no list of a model, for staff alone."""
    wrap = site.admin_view

    def of(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        return wrap(lambda request, **named: view(request, site, **named))

    return [
        path("notifications/bell", wrap(bell.show_bell), name="notification_bell"),
        path("notifications/seen", wrap(bell.see_page), name="notification_seen"),
        path("notifications/read-all", wrap(bell.read_all), name="notification_read_all"),
        path("notifications/preferences", of(own.preferences), name="notification_preferences"),
        path("notifications/push", wrap(bell.push), name="notification_push"),
        path("notifications/mine", of(bell.my_notifications), name="my_notifications"),
        path("notifications/mine/<str:ref>", wrap(bell.open_notification), name="notification_open"),
        path("notifications/channels", of(setup.channels), name="notification_channels"),
        path("notifications/defaults", of(setup.defaults), name="notification_defaults"),
        path("notifications/templates", of(setup.templates), name="notification_templates"),
        path("notifications/templates/<slug:slug>/<str:language>", of(setup.template), name="notification_template"),
        path(
            "notifications/templates/<slug:slug>/<str:language>/body",
            wrap(setup.template_body),
            name="notification_template_body",
        ),
        path("notifications/mailbox", of(setup.mailbox), name="notification_mailbox"),
        path("notifications/mailbox/<str:name>", of(setup.kept_mail), name="notification_kept_mail"),
        path("notifications/mailbox/<str:name>/body", wrap(setup.kept_mail_body), name="notification_kept_mail_body"),
    ]
