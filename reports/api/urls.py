"""Addresses of reports: one for each report of the registry."""

from django.urls import path

from reports.api import views

urlpatterns = [
    *(path(f"support/reports/{address}", view.as_view(), name=name) for address, name, view in views.REPORT_VIEWS),
    path("support/reports/rows/<str:key>", views.Rows.as_view(), name="report-rows"),
]
