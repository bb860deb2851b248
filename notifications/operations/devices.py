"""Devices that push reaches: one owner a token, who is whoever signed in there last."""

from __future__ import annotations

from django.conf import settings

from core import clock
from core.errors import NotFound
from core.operation import operation
from core.prepared import execute
from core.protocols import Actor
from notifications.devices import digest_of
from notifications.models import Device, Platform
from notifications.subscriptions import check

_UPSERT = """
insert into notifications_device (user_id, token, digest, platform, family, created_at, seen_at)
values (%s::bigint, %s::text, %s::text, %s::text, %s::text, %s::timestamptz, %s::timestamptz)
on conflict (digest) do update set user_id = excluded.user_id, platform = excluded.platform, family = excluded.family,
  seen_at = excluded.seen_at
returning id
"""


@operation
def add_device(token: str, *, platform: str, family: str = "", by: Actor) -> Device:
    """Have push messages of `by` go to this device, and nobody else's; the oldest beyond the limit are forgotten.

    Raises Invalid for a browser's subscription that cannot be one.
    """
    if platform == Platform.WEB_PUSH:
        check(token)
    now = clock.now()
    [(pk,)] = execute(_UPSERT, [by.pk, token, digest_of(token), platform, family, now, now])
    mine = Device.objects.filter(user_id=by.pk).order_by("-seen_at", "-pk")
    beyond = list(mine.values_list("pk", flat=True)[settings.NOTIFICATIONS["devices_per_user"] :])
    Device.objects.filter(pk__in=beyond).delete()
    return Device.objects.get(pk=pk)


@operation
def remove_device(device_id: int, *, by: Actor) -> None:
    """Have no more push messages go to one of one's own devices. Raises NotFound."""
    deleted, _rows = Device.objects.filter(pk=device_id, user_id=by.pk).delete()
    if not deleted:
        raise NotFound


@operation
def remove_token(token: str, *, by: Actor) -> None:
    """Have no more push messages go to one's own device of this token; one that is gone already stays gone."""
    Device.objects.filter(digest=digest_of(token), user_id=by.pk).delete()
