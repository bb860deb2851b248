"""Addresses of the pages that links in messages lead to."""

from django.urls import path

from tickets.rating_page import rate

urlpatterns = [path("rate/ticket/<str:token>", rate, name="ticket-rating")]
