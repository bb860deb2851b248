"""Kinds of notification: what one is, and all that NOTIFICATION_KINDS names, each declared by the app of its event."""

from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar, Generic, TypeVar

from django.conf import settings
from django.db.models import Model, QuerySet
from django.utils.module_loading import import_string

from core.protocols import NotificationKind
from notifications.models import Item

Thing = TypeVar("Thing", bound=Model)


class Kind(Generic[Thing]):
    """A kind about one thing; it tells everybody concerned but whoever did it, and only who may still see the thing."""

    slug = ""
    model: ClassVar[Any]

    def thing(self, item: Item) -> Thing:
        raise NotImplementedError

    def concerned(self, thing: Thing, item: Item) -> QuerySet[Any]:
        """Whom it is about, the one who did it among them or not."""
        raise NotImplementedError

    def recipients(self, item: Item) -> QuerySet[Any]:
        found = self.concerned(self.thing(item), item)
        return found.exclude(pk=item.actor_id) if item.actor_id else found

    def still_wanted(self, item: Item, recipient: Any) -> bool:
        seen = self.model.objects.visible_to(recipient)
        return bool(recipient.is_active and seen.filter(pk=item.entity_id).exists())


@cache
def kinds() -> Mapping[str, NotificationKind]:
    """All kinds by slug. ValueError when two apps claim one slug."""
    found: dict[str, NotificationKind] = {}
    for path in settings.NOTIFICATION_KINDS:
        for kind in import_string(path):
            if kind.slug in found:
                raise ValueError(f"The notification kind {kind.slug} is declared twice.")
            found[kind.slug] = kind
    return found
