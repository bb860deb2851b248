"""From an item to what is to be told: recipients, their lists in the app, and deliveries by the channels they want."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any, NamedTuple

import structlog
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import F

from core import clock
from core.operation import operation, rows_as_json, rows_from_json
from core.prepared import execute
from notifications import digest, events
from notifications.channels import configured
from notifications.choices import Choices
from notifications.kinds import Kind, kinds
from notifications.models import Channel, Item, Notification, State
from realtime.viewing import viewers

MOST_FAILURES = 5
log = structlog.get_logger(__name__)

_COLUMNS = (
    "recipient_id bigint, channel text, kind text, grouping text, conversation text, state text,"
    " due_at timestamptz, created_at timestamptz, item_id bigint"
)
# A delivery that collects takes the item in; one that a claim has closed meanwhile is left alone, and a new one made.
_DELIVER = f"""
with r as materialized (select * from {rows_from_json(_COLUMNS)} order by recipient_id, channel), d as (
  insert into notifications_delivery (uid, recipient_id, channel, kind, "grouping", conversation, state, due_at,
                                      created_at, tries, repeated, reason, reached)
  select gen_random_uuid(), recipient_id, channel, kind, "grouping", conversation, state, due_at, created_at, 0, false,
         '', '[]'
  from r
  on conflict (recipient_id, channel, "grouping") where state = 'collecting' do update set kind = excluded.kind
  returning id, recipient_id, channel
)
insert into notifications_part (delivery_id, item_id, recipient_id, channel)
select d.id, r.item_id, r.recipient_id, r.channel from d join r using (recipient_id, channel)
returning channel
"""


class Told(NamedTuple):
    """A recipient of an item and the channels that tell them."""

    user: Any
    channels: list[str]


def expand_waiting(limit: int = 500) -> int:
    """Take up items that wait, oldest first, until none is left or `limit` were; return how many were looked at.

    One that cannot be taken up is tried again at the next looks, MOST_FAILURES times, and does not keep the others.
    """
    waiting = Item.objects.filter(expanded_at=None, failures__lt=MOST_FAILURES).order_by("pk")
    ids = list(waiting.values_list("pk", flat=True)[:limit])
    for pk in ids:
        try:
            expand(pk)
        except Exception:
            log.exception("notification_item_failed", item=pk)
            Item.objects.filter(pk=pk).update(failures=F("failures") + 1)
    return len(ids)


@operation
def expand(item_id: int) -> bool:
    """Write what an item gives rise to; once, whoever asks. Return whether it was done here."""
    waiting = Item.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=item_id, expanded_at=None)
    item = waiting.first()
    if item is None:
        return False
    kind, now = kinds().get(item.kind), clock.now()
    told = _told(kind, item, now) if kind else []
    Item.objects.filter(pk=item.pk).update(expanded_at=now)
    if kind and told:
        _list_in_app(kind, item, told, now)
        if not _is_past(item, now):
            _deliver(kind, item, told, now)
    return True


def _is_past(item: Item, now: datetime.datetime) -> bool:
    """Return whether it is too late to send anything: it is shown in the app alone, as read."""
    age = datetime.timedelta(hours=settings.NOTIFICATIONS["max_age_hours"])
    return item.in_app_only or now - item.created_at > age


def _told(kind: Kind[Any], item: Item, now: datetime.datetime) -> list[Told]:
    try:
        found: Any = kind.recipients(item)
        users = list({user.pk: user for user in found.with_rights()}.values())
    except ObjectDoesNotExist:
        return []
    present = set() if _is_past(item, now) else viewers(kind.rooms(item), [user.pk for user in users])
    choices = Choices.of([user.pk for user in users], [item.kind], [item.conversation])
    told = [
        Told(user, choices.channels(kind, user, item.conversation))
        for user in users
        if user.pk not in present and kind.still_wanted(item, user)
    ]
    return [each for each in told if each.channels]


def _list_in_app(kind: Kind[Any], item: Item, told: Sequence[Told], now: datetime.datetime) -> None:
    """Add the item to the lists of those who read it in the app, and tell their sockets."""
    past = _is_past(item, now)
    rows = [
        Notification(
            item=item,
            recipient=each.user,
            kind=item.kind,
            context=kind.context(item, each.user),
            created_at=item.created_at,
            read_at=item.created_at if past else None,
        )
        for each in told
        if Channel.IN_APP in each.channels
    ]
    Notification.objects.bulk_create(rows)
    if not past:
        for row in rows:
            events.created(row)


def _deliver(kind: Kind[Any], item: Item, told: Sequence[Told], now: datetime.datetime) -> None:
    able = configured()
    choices = Choices.of([each.user.pk for each in told], [item.kind])
    rows = []
    for each in told:
        for channel in each.channels:
            if channel in able:
                row = _delivery(kind, item, channel, choices.quiet_until(kind, each.user, now), now)
                rows.append((each.user.pk, channel, *row, now, item.pk))
    if rows:
        execute(_DELIVER, [rows_as_json(_COLUMNS, rows)])


def _delivery(
    kind: Kind[Any], item: Item, channel: str, quiet_until: datetime.datetime | None, now: datetime.datetime
) -> tuple[str, str, str, str, datetime.datetime]:
    """Return kind, grouping, conversation, state and due time of an item's delivery."""
    if quiet_until:
        return digest.SLUG, digest.SLUG, "", State.COLLECTING, quiet_until
    if not kind.groups:
        return kind.slug, item.key[:120], item.conversation, State.DUE, now
    due_at = now + datetime.timedelta(seconds=settings.NOTIFICATIONS["collect_seconds"][channel])
    return kind.slug, f"{kind.slug}:{item.conversation}", item.conversation, State.COLLECTING, due_at
