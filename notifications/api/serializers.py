"""Forms of notifications on the wire."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.serializers import FormIn, FormOut, IdField, StrictBoolean, TextField
from notifications.kinds import kinds
from notifications.models import Platform

MAX_TOKEN = 4096


class ReadCountOut(FormOut):
    """How many were marked."""

    read = serializers.IntegerField()


class ChannelsOut(FormOut):
    """Which channels tell of a kind; those it never goes by are left out."""

    push = serializers.BooleanField(required=False)
    email = serializers.BooleanField(required=False)
    sms = serializers.BooleanField(required=False)
    in_app = serializers.BooleanField(required=False)


class ChannelsIn(FormIn):
    push = StrictBoolean(required=False)
    email = StrictBoolean(required=False)
    sms = StrictBoolean(required=False)
    in_app = StrictBoolean(required=False)


class PreferencesOut(FormOut):
    """The kinds that concern the caller."""

    def get_fields(self) -> Any:
        return {slug: ChannelsOut(required=False) for slug, kind in kinds().items() if kind.optional}


class PreferencesIn(FormIn):
    """Kinds to change; those left out stay as they are."""

    def get_fields(self) -> Any:
        return {slug: ChannelsIn(required=False) for slug, kind in kinds().items() if kind.optional}


class QuietHours(FormIn):
    """From start to end, past midnight when the end is not later; in the caller's time zone, else the site's."""

    start = serializers.TimeField()
    end = serializers.TimeField()
    timezone = TextField(max_length=60, required=False, allow_blank=True, default="")

    default_error_messages = {
        "timezone": _("This time zone is not known."),
        "same": _("Quiet hours end at another time than they begin."),
    }

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if data["timezone"] and data["timezone"] not in zoneinfo.available_timezones():
            raise serializers.ValidationError({"timezone": [self.error_messages["timezone"]]})
        if data["start"] == data["end"]:
            raise serializers.ValidationError({"end": [self.error_messages["same"]]})
        return data


class SettingsIn(FormIn):
    quiet_hours = QuietHours(allow_null=True)
    text_on_lock_screen = StrictBoolean(required=False, default=False)


@extend_schema_field({"type": "string", "pattern": r"^\d\d:\d\d$"})
class HourMinute(serializers.TimeField):
    """A time of day as `22:30`."""


class QuietHoursOut(FormOut):
    start = HourMinute(format="%H:%M")
    end = HourMinute(format="%H:%M")
    timezone = serializers.CharField()


class SettingsOut(FormOut):
    quiet_hours = QuietHoursOut(allow_null=True)
    text_on_lock_screen = serializers.BooleanField()


class DeviceIn(FormIn):
    token = TextField(max_length=MAX_TOKEN)
    platform = serializers.ChoiceField(choices=Platform.choices)


class DeviceOut(FormOut):
    id = IdField()
    platform = serializers.ChoiceField(choices=Platform.choices)
    created_at = serializers.DateTimeField()
