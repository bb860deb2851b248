"""Addresses of the customer's own pages, behind `help`."""

from django.urls import path

from portal import guests, profile, sign_in, tickets

urlpatterns = [
    path("", sign_in.home, name="help-home"),
    path("/sign-in", sign_in.sign_in, name="help-sign-in"),
    path("/sign-in/link", sign_in.ask_for_link, name="help-ask-for-link"),
    path("/sign-in/link/<str:token>", sign_in.follow_link, name="help-follow-link"),
    path("/sign-out", sign_in.sign_out, name="help-sign-out"),
    path("/language", sign_in.choose_language, name="help-language"),
    path("/token", sign_in.token, name="help-token"),
    path("/tickets", tickets.ticket_list, name="help-tickets"),
    path("/tickets/new", tickets.new_ticket, name="help-new-ticket"),
    path("/tickets/<str:ref>", tickets.ticket, name="help-ticket"),
    path("/files/<str:attachment_id>", tickets.ticket_file, name="help-file"),
    path("/chat", tickets.chat, name="help-chat"),
    path("/settings", profile.profile, name="help-profile"),
    path("/push", profile.push, name="help-push"),
    path("/guest/<str:token>", guests.guest_ticket, name="help-guest-ticket"),
    path("/guest/<str:token>/files/<str:attachment_id>", guests.guest_file, name="help-guest-file"),
    path("/manifest.json", profile.manifest, name="help-manifest"),
]
