"""Chats in the back office: the desk where agents chat, and the list of all chats."""

from django.contrib import admin

from chat.admin.list import SessionAdmin
from chat.models import Session

admin.site.register(Session, SessionAdmin)
