"""Define what people chose: which channels tell them of a kind, what is muted, and when they want quiet."""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from core.days import site_zone
from notifications.kinds import Kind, audience_of
from notifications.models import Channel, DefaultPreference, Mute, Preference, Settings


@dataclass
class Choices:
    """The choices of some people, read at once; `defaults` are the administrator's."""

    defaults: dict[tuple[str, str, str], bool] = field(default_factory=dict)
    own: dict[tuple[int, str, str], bool] = field(default_factory=dict)
    muted: set[tuple[int, str]] = field(default_factory=set)
    settings: dict[int, Settings] = field(default_factory=dict)

    @classmethod
    def of(cls, user_ids: Collection[int], kinds: Iterable[str], conversations: Iterable[str] = ()) -> Choices:
        """Read everything that decides about telling these people of these kinds, in four queries."""
        slugs, about = set(kinds), set(conversations)
        defaults = DefaultPreference.objects.filter(kind__in=slugs)
        own = Preference.objects.filter(user_id__in=user_ids, kind__in=slugs)
        muted = Mute.objects.filter(user_id__in=user_ids, conversation__in=about)
        return cls(
            {(row.kind, row.audience, row.channel): row.enabled for row in defaults},
            {(row.user_id, row.kind, row.channel): row.enabled for row in own},
            set(muted.values_list("user_id", "conversation")),
            Settings.objects.in_bulk(user_ids),
        )

    def enabled(self, kind: Kind[Any], user: Any, channel: str) -> bool:
        """Return whether this channel tells this person of this kind: their choice, else the default."""
        if channel not in kind.channels:
            return False
        if not kind.optional:
            return True
        audience = audience_of(user)
        default = self.defaults.get((kind.slug, audience, channel), kind.on_by_default(channel, audience))
        return self.own.get((user.pk, kind.slug, channel), default)

    def is_muted(self, kind: Kind[Any], user: Any, conversation: str) -> bool:
        """Return whether this person wants to hear nothing of this conversation."""
        return kind.optional and (user.pk, conversation) in self.muted

    def channels(self, kind: Kind[Any], user: Any, conversation: str) -> list[str]:
        """Return the channels that tell this person of this kind, in this conversation."""
        if self.is_muted(kind, user, conversation):
            return []
        return [channel for channel in Channel.values if self.enabled(kind, user, channel)]

    def quiet_until(self, kind: Kind[Any], user: Any, now: datetime.datetime) -> datetime.datetime | None:
        """Return when this person's quiet hours end; None when the kind may come now."""
        chosen = self.settings.get(user.pk)
        if kind.urgent or not kind.optional or chosen is None:
            return None
        return quiet_until(chosen, now)


def quiet_until(chosen: Settings, now: datetime.datetime) -> datetime.datetime | None:
    """Return the end of the quiet hours that `now` lies in, in UTC; None outside them."""
    start, end = chosen.quiet_start, chosen.quiet_end
    if start is None or end is None or start == end:
        return None
    local = now.astimezone(zone_of(chosen))
    for day in (local.date() - datetime.timedelta(days=1), local.date()):
        last = day if start < end else day + datetime.timedelta(days=1)
        begins = datetime.datetime.combine(day, start, local.tzinfo)
        ends = datetime.datetime.combine(last, end, local.tzinfo)
        if begins <= local < ends:
            return ends.astimezone(datetime.UTC)
    return None


def zone_of(chosen: Settings) -> datetime.tzinfo:
    """Return the time zone that quiet hours are counted in: the person's, else the site's."""
    try:
        return zoneinfo.ZoneInfo(chosen.time_zone) if chosen.time_zone else site_zone()
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return site_zone()
