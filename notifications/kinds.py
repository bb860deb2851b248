"""Kinds of notification: what one is, and all that NOTIFICATION_KINDS names, each declared by the app of its event."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any, ClassVar, Generic, TypeVar, cast

from django.conf import settings
from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from notifications.models import Channel, Item
from notifications.models.preferences import Audience

Thing = TypeVar("Thing", bound=Model)


class Kind(Generic[Thing]):
    """A kind about one thing; it tells everybody concerned but whoever did it, and only who may still see the thing.

    Its words are the templates of `templates/email/<slug>/`.
    """

    slug = ""
    label: str | Promise = ""
    """What a reader's preferences call it."""
    color = "#175e8f"
    """Of the band and the button of its e-mail; white stands on it."""
    model: ClassVar[Any]
    audiences: ClassVar[Collection[str]] = (Audience.CUSTOMER, Audience.STAFF)
    """Who can be told: their preferences name it."""
    channels: ClassVar[Collection[str]] = tuple(Channel)
    """The channels that it can be told by."""
    optional = True
    """Whether a reader can switch it off, mute it, or have it wait for the end of their quiet hours."""
    urgent = False
    """Whether it comes through in quiet hours."""
    groups = False
    """Whether what comes within moments about the same thing is told as one; see NOTIFICATIONS["collect_seconds"]."""
    by_email = True
    push_to_staff = False

    def thing(self, item: Item) -> Thing:
        """Return what the item is about, read once for each copy of the item; ObjectDoesNotExist when it is gone."""
        if item.thing is None:
            item.thing = self.find(item)
        return cast("Thing", item.thing)

    def find(self, item: Item) -> Thing:
        """Read what the item is about, with all that is told of it; ObjectDoesNotExist when it is gone."""
        raise NotImplementedError

    def concerned(self, thing: Thing, item: Item) -> QuerySet[Any]:
        """Return whom it is about, the one who did it among them or not."""
        raise NotImplementedError

    def recipients(self, item: Item) -> QuerySet[Any]:
        """Return whom to tell at this moment; asked when an item is taken up, and again before it is sent."""
        found = self.concerned(self.thing(item), item)
        return found.exclude(pk=item.actor_id) if item.actor_id else found

    def still_wanted(self, item: Item, recipient: Any) -> bool:
        """Return whether telling this recipient still makes sense."""
        return bool(recipient.is_active and self.visible(recipient, [item.entity_id]))

    def visible(self, reader: Any, entity_ids: Collection[str]) -> set[str]:
        """Return those of these things that a reader may see, in one query."""
        found = self.model.objects.visible_to(reader).filter(pk__in=entity_ids)
        return {str(pk) for pk in found.values_list("pk", flat=True)}

    def rooms(self, item: Item) -> Collection[str]:
        """Return the rooms whose members are looking at what the item is about; they are told nothing."""
        return ()

    def context(self, item: Item, recipient: Any) -> dict[str, Any]:
        """Return what the templates say of the item, as JSON can keep it."""
        raise NotImplementedError

    def sample(self, language: str) -> dict[str, Any]:
        """Return a context for the preview of the templates."""
        raise NotImplementedError

    def address(self, item: Item, recipient: Any) -> str:
        """Return where its e-mail goes."""
        return str(recipient.address)

    def on_by_default(self, channel: str, audience: str) -> bool:
        """Return whether this channel tells it to whoever chose nothing."""
        if not self.optional:
            return True
        if channel == Channel.EMAIL:
            return self.by_email
        if channel == Channel.PUSH:
            return audience == Audience.CUSTOMER or self.push_to_staff
        return channel == Channel.IN_APP


def audience_of(user: Any) -> str:
    """Return whose defaults apply to a person."""
    return Audience.STAFF if user.is_agent else Audience.CUSTOMER


def kinds_for(user: Any) -> list[Kind[Any]]:
    """Return the kinds that this person can choose about."""
    return [kind for kind in kinds().values() if kind.optional and audience_of(user) in kind.audiences]


@cache
def kinds() -> Mapping[str, Kind[Any]]:
    """Return all kinds by slug. ValueError when two apps claim one slug."""
    found: dict[str, Kind[Any]] = {}
    for path in settings.NOTIFICATION_KINDS:
        for kind in import_string(path):
            if kind.slug in found:
                raise ValueError(f"The notification kind {kind.slug} is declared twice.")
            found[kind.slug] = kind
    return found
