"""Addresses of notifications."""

from django.urls import path

from notifications.api import views

urlpatterns = [
    path("notifications", views.Notifications.as_view(), name="notifications"),
    path("notifications/read-all", views.ReadAll.as_view(), name="notifications-read-all"),
    path("notifications/preferences", views.Preferences.as_view(), name="notification-preferences"),
    path("notifications/settings", views.PersonalSettings.as_view(), name="notification-settings"),
    path("notifications/devices", views.Devices.as_view(), name="notification-devices"),
    path("notifications/devices/<str:pk>", views.OneDevice.as_view(), name="notification-device"),
    path("notifications/<str:pk>/read", views.Read.as_view(), name="notification-read"),
]
