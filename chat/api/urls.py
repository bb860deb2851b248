"""Addresses of chats."""

from django.urls import path

from chat.api import availability, own, sessions

urlpatterns = [
    path("chat/sessions", sessions.Sessions.as_view(), name="chat-sessions"),
    path("chat/sessions/<str:ref>", sessions.SessionDetail.as_view(), name="chat-session"),
    path("chat/sessions/<str:ref>/messages", sessions.Messages.as_view(), name="chat-session-messages"),
    path("chat/sessions/<str:ref>/accept", sessions.Accept.as_view(), name="chat-session-accept"),
    path("chat/sessions/<str:ref>/transfer", sessions.Transfer.as_view(), name="chat-session-transfer"),
    path("chat/sessions/<str:ref>/read", sessions.Read.as_view(), name="chat-session-read"),
    path("chat/sessions/<str:ref>/end", sessions.End.as_view(), name="chat-session-end"),
    path("chat/sessions/<str:ref>/ticket", sessions.Ticket.as_view(), name="chat-session-ticket"),
    path("chat/my-session", own.OwnSession.as_view(), name="chat-own"),
    path("chat/my-session/messages", own.OwnMessages.as_view(), name="chat-own-messages"),
    path("chat/my-session/read", own.OwnRead.as_view(), name="chat-own-read"),
    path("chat/my-session/handover", own.OwnHandOver.as_view(), name="chat-own-handover"),
    path("chat/my-session/ticket", own.OwnTicket.as_view(), name="chat-own-ticket"),
    path("chat/my-session/transcript", own.OwnTranscript.as_view(), name="chat-own-transcript"),
    path("chat/my-session/end", own.OwnEnd.as_view(), name="chat-own-end"),
    path("chat/my-session/rate", own.OwnRating.as_view(), name="chat-own-rate"),
    path("chat/availability", availability.AvailabilityView.as_view(), name="chat-availability"),
]
