"""How the states of chats look: a tone of the frame's badges beside their words."""

from __future__ import annotations

import datetime

from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from chat.models import Session
from chat.states import Status
from core.admin import badge

STATUS_TONES: dict[str, str] = {Status.BOT: "", Status.WAITING: "warn", Status.ACTIVE: "info", Status.ENDED: ""}


def status_badge(session: Session) -> SafeString:
    return badge(Status(session.status).label, STATUS_TONES[session.status])


def lasted(since: datetime.datetime | None, until: datetime.datetime | None) -> str:
    """How long something took, in words; empty when it has no beginning or no end."""
    if since is None or until is None:
        return ""
    if until - since < datetime.timedelta(minutes=1):
        return _("under a minute")
    return timesince(since, until, depth=1)
