"""Addresses of the pages that links in messages lead to."""

from django.urls import path

from notifications.pages import unsubscribe

urlpatterns = [path("notifications/unsubscribe/<str:token>", unsubscribe, name="notification-unsubscribe")]
