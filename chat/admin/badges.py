"""How the states of chats look: a tone of the frame's badges beside their words."""

from __future__ import annotations

import datetime

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chat.models import Session
from chat.states import Status
from core.admin import badge

STATUS_TONES: dict[str, str] = {Status.BOT: "", Status.WAITING: "warn", Status.ACTIVE: "info", Status.ENDED: ""}


def status_badge(session: Session) -> SafeString:
    return badge(Status(session.status).label, STATUS_TONES[session.status])


def lasted(since: datetime.datetime | None, until: datetime.datetime | None) -> str:
    """How long something took, in its largest whole unit; empty when it has no beginning or no end."""
    if since is None or until is None:
        return ""
    minutes = int((until - since).total_seconds() // 60)
    if minutes < 1:
        return _("under a minute")
    if minutes < 60:
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    hours = minutes // 60
    if hours < 24:
        return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
    return ngettext("%(count)s day", "%(count)s days", hours // 24) % {"count": hours // 24}
