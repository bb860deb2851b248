"""Every address of the project, as a contents page."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from core import views

_api: list[URLPattern | URLResolver] = [
    path("", include("core.api.urls")),
    path("", include("realtime.urls")),
    path("", include("accounts.api.urls")),
    path("", include("audit.urls")),
    path("", include("notifications.api.urls")),
    path("", include("uploads.urls")),
    path("", include("bot.api.urls")),
    path("", include("tickets.api.urls")),
    path("", include("chat.api.urls")),
    path("", include("reports.api.urls")),
    path("", include("widget.urls.api")),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/live", views.live, name="health-live"),
    path("health/ready", views.ready, name="health-ready"),
    path("metrics", views.metrics, name="metrics"),
    path("admin/", admin.site.urls),
    path("", include("backoffice.urls")),
    path("", include("notifications.urls")),
    path("", include("tickets.urls")),
    path("help", include("portal.urls")),
    path("", include("widget.urls.pages")),
    path(f"{settings.API_PREFIX}/" if settings.API_PREFIX else "", include(_api)),
]

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.server_error
