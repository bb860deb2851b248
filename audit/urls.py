"""Addresses of the audit log."""

from django.urls import path

from audit.views import AuditLog

urlpatterns = [path("audit", AuditLog.as_view(), name="audit")]
