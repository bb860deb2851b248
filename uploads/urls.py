"""Addresses of uploads and files."""

from django.urls import path

from uploads.api.views import FileView, UploadView

urlpatterns = [
    path("tickets/upload", UploadView.as_view(), name="tickets-upload"),
    path("chat/upload", UploadView.as_view(), name="chat-upload"),
    path("files/<str:attachment_id>/<str:filename>", FileView.as_view(), name="file"),
]
