"""Addresses of tickets; fixed words stand before the one with an id."""

from django.urls import path

from tickets.api import actions, catalogue, history, mute, search, sla, views

urlpatterns = [
    path("tickets", views.Tickets.as_view(), name="tickets"),
    path("tickets/admin/search", search.Search.as_view(), name="ticket-search"),
    path("tickets/categories", catalogue.Categories.as_view(), name="categories"),
    path("tickets/categories/<str:ref>", catalogue.CategoryDetail.as_view(), name="category"),
    path("tickets/canned-responses", catalogue.CannedResponses.as_view(), name="canned-responses"),
    path("tickets/canned-responses/<str:ref>", catalogue.CannedResponseDetail.as_view(), name="canned-response"),
    path("tickets/macros", catalogue.Macros.as_view(), name="macros"),
    path("tickets/<str:ref>", views.TicketDetail.as_view(), name="ticket"),
    path("tickets/<str:ref>/messages", views.Messages.as_view(), name="ticket-messages"),
    path("tickets/<str:ref>/history", history.History.as_view(), name="ticket-history"),
    path("tickets/<str:ref>/sla", sla.Sla.as_view(), name="ticket-sla"),
    path("tickets/<str:ref>/status", actions.Status.as_view(), name="ticket-status"),
    path("tickets/<str:ref>/assign", actions.Assign.as_view(), name="ticket-assign"),
    path("tickets/<str:ref>/escalate", actions.Escalate.as_view(), name="ticket-escalate"),
    path("tickets/<str:ref>/merge", actions.Merge.as_view(), name="ticket-merge"),
    path("tickets/<str:ref>/unmerge", actions.Unmerge.as_view(), name="ticket-unmerge"),
    path("tickets/<str:ref>/snooze", actions.Snooze.as_view(), name="ticket-snooze"),
    path("tickets/<str:ref>/split", actions.Split.as_view(), name="ticket-split"),
    path("tickets/<str:ref>/macro", actions.ApplyMacro.as_view(), name="ticket-macro"),
    path("tickets/<str:ref>/rate", actions.Rate.as_view(), name="ticket-rate"),
    path("tickets/<str:ref>/close", actions.Close.as_view(), name="ticket-close"),
    path("tickets/<str:ref>/reopen", actions.Reopen.as_view(), name="ticket-reopen"),
    path("tickets/<str:ref>/watchers/<str:user_id>", actions.Watchers.as_view(), name="ticket-watcher"),
    path("tickets/<str:ref>/mute", mute.Mute.as_view(), name="ticket-mute"),
    path("tickets/<str:ref>/links", actions.Links.as_view(), name="ticket-links"),
]
