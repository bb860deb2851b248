"""System checks of push and SMS: what is set up by half, and what is off."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Info, Warning, register

from notifications.channels import is_configured
from notifications.models import Channel
from notifications.subscriptions import public_key


@register()
def half_set(**kwargs: Any) -> list[CheckMessage]:
    """Warn of a channel that is set up by half, and so can send nothing."""
    found: list[CheckMessage] = []
    file = settings.PUSH["service_account_file"]
    if file and not os.access(file, os.R_OK):
        hint = "Set FCM_SERVICE_ACCOUNT_FILE to the JSON file of a service account that this user may read."
        found.append(
            Warning(f"The service account {file} cannot be read: no push is sent.", hint=hint, id="support.W029")
        )
    if settings.WEB_PUSH["private_key"] and not public_key():
        hint = "Set VAPID_PRIVATE_KEY to what `manage.py notifications push-key` prints."
        found.append(Warning("VAPID_PRIVATE_KEY is no key: no browser is told.", hint=hint, id="support.W033"))
    if settings.SMS["app_sid"] and not settings.SMS["sender_id"]:
        hint = "Set UNIFONIC_SENDER_ID to the name that messages come from."
        found.append(Warning("SMS have no sender.", hint=hint, id="support.W030"))
    return found


@register(deploy=True)
def channels_off(**kwargs: Any) -> list[CheckMessage]:
    """Say which channels beside e-mail are off."""
    found: list[CheckMessage] = []
    if not is_configured(Channel.PUSH):
        hint = "Set FCM_SERVICE_ACCOUNT_FILE to have apps told by push, VAPID_PRIVATE_KEY to have browsers told."
        found.append(Info("Push is not set up.", hint=hint, id="support.I031"))
    if not settings.SMS["app_sid"]:
        hint = "Set UNIFONIC_APP_SID and UNIFONIC_SENDER_ID to have people told by SMS."
        found.append(Info("SMS is not set up.", hint=hint, id="support.I032"))
    return found
