"""Addresses of the pages that links in messages lead to, and of the worker that browsers run for Web Push."""

from django.urls import path

from notifications.browsers import worker
from notifications.pages import unsubscribe

urlpatterns = [
    path("notifications/unsubscribe/<str:token>", unsubscribe, name="notification-unsubscribe"),
    path("push-worker.js", worker, name="push-worker"),
]
