"""Addresses of reports: one for each report of the registry, the rows behind figures, files, and transcripts."""

from django.urls import path

from reports.api import exports, transcripts, views

urlpatterns = [
    *(path(f"support/reports/{address}", view.as_view(), name=name) for address, name, view in views.REPORT_VIEWS),
    path("support/reports/rows/<str:key>", views.Rows.as_view(), name="report-rows"),
    *(
        path(f"support/reports/tickets/export/{name}", view.as_view(), name=f"report-{name}")
        for name, view in exports.FILES
    ),
    path("tickets/<str:ref>/transcript", transcripts.TicketTranscript.as_view(), name="ticket-transcript"),
    path("chat/sessions/<str:ref>/transcript", transcripts.ChatTranscript.as_view(), name="chat-transcript"),
    path("support/reports/exports/<str:ref>", exports.ExportDetail.as_view(), name="report-export"),
    path("support/reports/exports/<str:ref>/file", exports.ExportFile.as_view(), name="report-export-file"),
]
