"""From a claimed delivery to a message: who it is for and what it says, decided anew at the moment of sending."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Sequence
from typing import Any

import orjson
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ObjectDoesNotExist
from django.utils.html import escape

from notifications import digest
from notifications.channels.base import Message
from notifications.choices import Choices
from notifications.claims import Settlement
from notifications.kinds import Kind, kinds
from notifications.links import unsubscribe_url
from notifications.models import Channel, Delivery, Item, Part, State
from notifications.rendering import Mail, mail
from realtime.viewing import viewers

NOT_WANTED = "Nobody wants to know it any more."


class Batch:
    """Some claimed deliveries with their recipients, items and choices, read at once."""

    def __init__(self, deliveries: Sequence[Delivery]) -> None:
        ids = {delivery.recipient_id for delivery in deliveries}
        people: Any = get_user_model()._default_manager
        self.people: dict[int, Any] = {user.pk: user for user in people.with_rights().filter(pk__in=ids)}
        self.items: dict[int, list[Item]] = {delivery.pk: [] for delivery in deliveries}
        parts = list(Part.objects.filter(delivery__in=self.items).order_by("item_id"))
        # One copy of each, so that what it is about is read once.
        every = Item.objects.in_bulk({part.item_id for part in parts})
        for part in parts:
            self.items[part.delivery_id].append(every[part.item_id])
        self._recipients: dict[int, set[int]] = {}
        self._present: dict[int, set[int]] = {}
        self._mails = _Mails()
        told = every.values()
        self.choices = Choices.of(ids, [item.kind for item in told], [item.conversation for item in told])

    def message(self, delivery: Delivery, now: datetime.datetime) -> Message | Settlement:
        """Return what to send, or how the delivery ends or waits instead of being sent."""
        user = self.people.get(delivery.recipient_id)
        wanted = [item for item in self.items[delivery.pk] if user and self._is_wanted(item, user, delivery.channel)]
        if user is None or not wanted:
            return Settlement(State.CANCELLED, NOT_WANTED)
        quiet = self._quiet_until(delivery, wanted, user, now)
        if quiet:
            return Settlement(State.DUE, "Quiet hours.", due_at=quiet)
        return _message(delivery, user, wanted, self.choices, self._mails)

    def _is_wanted(self, item: Item, user: Any, channel: str) -> bool:
        kind = kinds().get(item.kind)
        if kind is None or not self.choices.enabled(kind, user, channel):
            return False
        if self.choices.is_muted(kind, user, item.conversation) or user.pk in self._present_at(kind, item):
            return False
        try:
            return user.pk in self._recipients_of(kind, item) and kind.still_wanted(item, user)
        except ObjectDoesNotExist:
            return False

    def _recipients_of(self, kind: Kind[Any], item: Item) -> set[int]:
        """Return which of the batch's people an item is for; asked once, when the first of them is about to be told."""
        if item.pk not in self._recipients:
            found = kind.recipients(item).filter(pk__in=self.people)
            self._recipients[item.pk] = set(found.values_list("pk", flat=True))
        return self._recipients[item.pk]

    def _present_at(self, kind: Kind[Any], item: Item) -> set[int]:
        """Return which of the batch's people look at what an item is about."""
        if item.pk not in self._present:
            self._present[item.pk] = viewers(kind.rooms(item), list(self.people))
        return self._present[item.pk]

    def _quiet_until(
        self, delivery: Delivery, items: Sequence[Item], user: Any, now: datetime.datetime
    ) -> datetime.datetime | None:
        """Return the end of quiet hours that began after the delivery was made; one for their end comes at once."""
        ends = [self.choices.quiet_until(kinds()[item.kind], user, now) for item in items]
        return None if delivery.kind == digest.SLUG or None in ends else ends[0]


class _Mails:
    """Word each e-mail of a batch once for all who read the same; the link that unsubscribes is one's own."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str, bool, bytes], Mail] = {}
        self._place = f"https://{secrets.token_hex(16)}.invalid/"  # nobody can have written it

    def of(self, slug: str, entries: Sequence[dict[str, Any]], language: str, unsubscribe_url: str) -> Mail:
        key = (slug, language, bool(unsubscribe_url), orjson.dumps(entries, default=str))
        if key not in self._made:
            self._made[key] = mail(slug, entries, language, self._place if unsubscribe_url else "")
        made = self._made[key]
        text = made.text.replace(self._place, unsubscribe_url)
        return made._replace(text=text, html=made.html.replace(self._place, escape(unsubscribe_url)))


def _message(delivery: Delivery, user: Any, items: Sequence[Item], choices: Choices, mails: _Mails) -> Message:
    """Return the message of one item or of several; what came in quiet hours from several kinds is a digest."""
    told = [(kinds()[item.kind], item) for item in items]
    entries = [kind.context(item, user) for kind, item in told]
    last, item = told[-1]
    one_kind = delivery.kind != digest.SLUG or len(items) == 1
    slug = last.slug if one_kind else digest.SLUG
    if not one_kind:
        entries = digest.entries(told, entries, user.language)
    url = unsubscribe_url(user, slug, delivery.channel) if last.optional and delivery.channel == Channel.EMAIL else ""
    subject, short, text, html = mails.of(slug, entries, user.language, url)
    chosen = choices.settings.get(user.pk)
    return Message(
        uid=str(delivery.uid),
        kind=slug,
        recipient=user,
        address=_address(delivery, last, item, user),
        language=user.language,
        subject=subject,
        short=short,
        text=text,
        html=html,
        conversation=item.conversation if one_kind else "",
        link=str(entries[-1].get("link", "")) if one_kind else settings.SITE_URL,
        unsubscribe_url=url,
        data={"kind": slug, **(entries[-1]["data"] if one_kind else {})},
        reached=tuple(delivery.reached),
        text_on_lock_screen=bool(chosen and chosen.text_on_lock_screen),
    )


def _address(delivery: Delivery, kind: Kind[Any], item: Item, user: Any) -> str:
    if delivery.channel == Channel.EMAIL:
        return kind.address(item, user)
    return str(user.phone) if delivery.channel == Channel.SMS else ""
