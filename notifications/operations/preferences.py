"""Define what people want to hear, by which channel, and when; and the administrator's defaults."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from django.contrib.auth import get_user_model
from django.db.models import Model
from django.utils.translation import gettext as _

from audit.recorder import record
from core.errors import Invalid
from core.operation import operation
from core.protocols import Actor
from notifications.digest import SLUG as DIGEST
from notifications.kinds import kinds, kinds_for
from notifications.links import Subscription
from notifications.models import DefaultPreference, Mute, Preference, Settings

M = TypeVar("M", bound=Model)
Chosen = Mapping[str, Mapping[str, bool]]
"""By kind and channel."""


@operation
def set_preferences(chosen: Chosen, *, by: Actor) -> None:
    """Keep one's choices; a kind or channel that is not named stays as it is. Invalid for one that is not one's own."""
    known = {kind.slug: kind for kind in kinds_for(by)}
    wrong = {slug: [_("Unknown field.")] for slug in chosen if slug not in known}
    if wrong:
        raise Invalid(fields=wrong)
    rows = [
        Preference(user_id=by.pk, kind=slug, channel=channel, enabled=enabled)
        for slug, channels in chosen.items()
        for channel, enabled in channels.items()
        if channel in known[slug].channels
    ]
    _keep(Preference, rows, ["user", "kind", "channel"])


@operation
def unsubscribe(subscription: Subscription) -> None:
    """Send no more of one kind by one channel, as a link in a message asks; the digest's link ends every kind."""
    people: Any = get_user_model()._default_manager
    user = people.filter(pk=subscription.user_id).first()
    if user is None:
        return
    all_kinds = subscription.kind == DIGEST
    slugs = [kind.slug for kind in kinds_for(user) if all_kinds or kind.slug == subscription.kind]
    set_preferences({slug: {subscription.channel: False} for slug in slugs}, by=user)


@operation
def set_settings(
    *,
    quiet_start: datetime.time | None,
    quiet_end: datetime.time | None,
    time_zone: str,
    text_on_lock_screen: bool,
    by: Actor,
) -> Settings:
    """Replace one's quiet hours and what locked screens may show."""
    row = Settings(
        user_id=by.pk,
        quiet_start=quiet_start,
        quiet_end=quiet_end,
        time_zone=time_zone,
        text_on_lock_screen=text_on_lock_screen,
    )
    _keep(Settings, [row], ["user"])
    return row


@operation
def mute(conversation: str, *, by: Actor) -> None:
    """Hear nothing more of a conversation that one may see (the caller has made sure)."""
    Mute.objects.bulk_create([Mute(user_id=by.pk, conversation=conversation)], ignore_conflicts=True)


@operation
def unmute(conversation: str, *, by: Actor) -> None:
    """Hear of a conversation again."""
    Mute.objects.filter(user_id=by.pk, conversation=conversation).delete()


@operation
def set_defaults(chosen: Chosen, *, audience: str, by: Actor) -> None:
    """Replace what applies to all of an audience who chose nothing themselves; audited where it differs."""
    rows, changed = [], []
    before = {(row.kind, row.channel): row.enabled for row in DefaultPreference.objects.filter(audience=audience)}
    for slug, channels in chosen.items():
        for channel, enabled in channels.items():
            was = before.get((slug, channel), kinds()[slug].on_by_default(channel, audience))
            if was != enabled:
                row = DefaultPreference(kind=slug, audience=audience, channel=channel, enabled=enabled)
                rows.append(row)
                changed.append((row, was))
    _keep(DefaultPreference, rows, ["kind", "audience", "channel"])
    stored = {str(row): row for row in DefaultPreference.objects.filter(audience=audience)}
    for row, was in changed:
        record("SETTINGS_CHANGED", stored[str(row)], by=by, old={"enabled": was}, new={"enabled": row.enabled})


def _keep(model: type[M], rows: list[M], unique: list[str]) -> None:
    """Insert rows, or replace those that stand there already."""
    others = [field.name for field in model._meta.concrete_fields if field.name not in {*unique, "id"}]
    manager: Any = model._default_manager
    manager.bulk_create(rows, update_conflicts=True, unique_fields=unique, update_fields=others)
