"""/notifications: one's own list, preferences, quiet hours and devices."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils.translation import get_language
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.filters import FlagFilter
from core.api.lists import filtered, paginate, read_paging
from core.api.parameters import list_parameters
from core.api.permissions import SignedIn
from core.api.requests import ApiRequest
from core.api.schema import describe
from core.api.serializers import Nothing
from core.api.views import ApiView, envelope, ok
from core.idempotency import Answer
from core.ids import id_or_refuse
from notifications import operations
from notifications.api import serializers as forms
from notifications.choices import zone_of
from notifications.forms import NotificationOut
from notifications.models import Device, Notification, Settings
from notifications.queries import SORTS, forms_of, preferences_of, unread_count


class NotificationFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Hold what has not been read, or what has."""

    unread = FlagFilter(field_name="read_at", lookup_expr="isnull")

    class Meta:
        model = Notification
        fields: list[str] = []


class Notifications(ApiView):
    permission_classes = [SignedIn]

    def check_parameters(self, request: Request) -> None:
        """Leave it to the filter set."""

    @describe(
        "One's notifications, newest first, and how many are unread",
        answer=NotificationOut(many=True),
        meta="notifications",
        parameters=list_parameters(NotificationFilter, SORTS),
    )
    def get(self, request: ApiRequest) -> Response:
        mine = Notification.objects.filter(recipient_id=request.user.pk).select_related("item")
        rows = filtered(mine, NotificationFilter, request)
        page = paginate(rows, read_paging(request.query_params, SORTS, "createdAt"), SORTS)
        data = forms_of(page.rows, request.user, get_language() or "ar")
        return ok(data, meta=page.meta | {"unread": unread_count(request.user.pk)})


class Read(ApiView):
    permission_classes = [SignedIn]

    @describe("Mark a notification as read", body=Nothing, answer=NotificationOut)
    def post(self, request: ApiRequest, pk: str) -> Response:
        self.read(Nothing, request)
        row = operations.mark_read(id_or_refuse(pk), by=request.user)
        return ok(forms_of([row], request.user, get_language() or "ar")[0])


class ReadAll(ApiView):
    permission_classes = [SignedIn]

    @describe("Mark all of one's notifications as read", body=Nothing, answer=forms.ReadCountOut)
    def post(self, request: ApiRequest) -> Response:
        self.read(Nothing, request)
        return ok({"read": operations.mark_all_read(by=request.user)})


class Preferences(ApiView):
    permission_classes = [SignedIn]

    @describe("Which channels tell one of which kind", answer=forms.PreferencesOut)
    def get(self, request: ApiRequest) -> Response:
        return ok(_preferences(request.user))

    @describe("Change which channels tell one of a kind", body=forms.PreferencesIn, answer=forms.PreferencesOut)
    def put(self, request: ApiRequest) -> Response:
        operations.set_preferences(self.read(forms.PreferencesIn, request), by=request.user)
        return ok(_preferences(request.user))


def _preferences(user: Any) -> dict[str, dict[str, Any]]:
    return {slug: dict(forms.ChannelsOut(channels).data) for slug, channels in preferences_of(user).items()}


class PersonalSettings(ApiView):
    permission_classes = [SignedIn]

    @describe("One's quiet hours, and what locked screens may show", answer=forms.SettingsOut)
    def get(self, request: ApiRequest) -> Response:
        return ok(_settings(Settings.objects.filter(pk=request.user.pk).first()))

    @describe("Replace one's quiet hours, and what locked screens may show", body=forms.SettingsIn,
              answer=forms.SettingsOut)  # fmt: skip
    def put(self, request: ApiRequest) -> Response:
        data = self.read(forms.SettingsIn, request)
        hours = data["quiet_hours"] or {"start": None, "end": None, "timezone": ""}
        row = operations.set_settings(
            quiet_start=hours["start"],
            quiet_end=hours["end"],
            time_zone=hours["timezone"],
            text_on_lock_screen=data["text_on_lock_screen"],
            by=request.user,
        )
        return ok(_settings(row))


def _settings(row: Settings | None) -> dict[str, Any]:
    quiet = None
    if row is not None and row.quiet_start is not None:
        quiet = {"start": row.quiet_start, "end": row.quiet_end, "timezone": row.time_zone or str(zone_of(row))}
    return dict(
        forms.SettingsOut({"quiet_hours": quiet, "text_on_lock_screen": bool(row and row.text_on_lock_screen)}).data
    )


class Devices(ApiView):
    permission_classes = [SignedIn]

    @describe(
        "Have push messages come to this device, until this session ends",
        body=forms.DeviceIn,
        status={201: forms.DeviceOut},
        once=True,
    )
    def post(self, request: ApiRequest) -> Response:
        data = self.read(forms.DeviceIn, request)

        def run() -> Answer:
            device = operations.add_device(**data, family=str(request.auth or ""), by=request.user)
            return Answer(201, envelope(forms.DeviceOut(device).data))

        return self.create_once(request, run, still_visible=lambda stored: _has(request.user, stored["id"]))


def _has(user: Any, device_id: str) -> bool:
    return Device.objects.filter(user_id=user.pk, pk=device_id).exists()


class OneDevice(ApiView):
    permission_classes = [SignedIn]

    @describe("Have no more push messages come to a device")
    def delete(self, request: ApiRequest, pk: str) -> Response:
        operations.remove_device(id_or_refuse(pk), by=request.user)
        return ok(None)
