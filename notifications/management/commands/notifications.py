"""`manage.py notifications`: how the outbox stands, what was given up sent once more, and a test of each channel."""

from __future__ import annotations

import uuid
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.text import in_language
from notifications.channel_states import ChannelState, channel_states
from notifications.channels import CHANNELS, missing, sender
from notifications.channels.base import Message, ProviderDown, Result
from notifications.models import Channel, Delivery, Item, Outcome, State
from notifications.operations import retry_delivery, send_again
from notifications.subscriptions import new_private_key


class Command(BaseCommand):
    help = (
        "state: each channel, what waits and what went wrong. retry: what failed or was parked is due again (--unknown "
        "also what may have arrived). test-mail ADDRESS, test-sms NUMBER, test-push EMAIL (of the person "
        "whose devices are asked): one message at once, past the outbox, with the provider's answer. push-key: a new "
        "VAPID_PRIVATE_KEY, with which browsers can be told."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("do", choices=["state", "retry", "test-mail", "test-push", "test-sms", "push-key"])
        parser.add_argument("to", nargs="?", default="", help="where a test goes")
        parser.add_argument("--channel", choices=list(CHANNELS), help="retry this channel alone")
        parser.add_argument("--unknown", action="store_true", help="retry what may have arrived, too")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["do"] == "state":
            self._state()
        elif options["do"] == "retry":
            self._retry(options["channel"], unknown=options["unknown"])
        elif options["do"] == "push-key":
            self.stdout.write(new_private_key())
        else:
            self._test(options["do"].removeprefix("test-"), options["to"])

    def _state(self) -> None:
        now = timezone.now()
        for row in channel_states(now):
            self.stdout.write(f"{row.channel:<6} {_standing(row)}")
            if row.pause is not None and row.pause.failures:
                self.stdout.write(f"       {row.pause.failures} failures in a row: {row.pause.reason}")
            if row.oldest:
                self.stdout.write(f"       longest due for {int((now - row.oldest).total_seconds())} s")
        self.stdout.write(f"items  {Item.objects.filter(expanded_at=None).count()} not taken up")

    def _retry(self, channel: str | None, *, unknown: bool) -> None:
        found = Delivery.objects.filter(state__in=(State.FAILED, State.PARKED, *([State.UNKNOWN] if unknown else [])))
        if channel:
            found = found.filter(channel=channel)
        people: Any = get_user_model()._default_manager
        by = people.service("system")
        rows = list(found.values_list("pk", "state").order_by("pk"))
        for pk, state in rows:
            (send_again if state == State.UNKNOWN else retry_delivery)(pk, by=by)
        self.stdout.write(f"{len(rows)} deliveries are due again.")

    def _test(self, name: str, to: str) -> None:
        channel = {"mail": Channel.EMAIL, "push": Channel.PUSH, "sms": Channel.SMS}[name]
        if not to:
            raise CommandError("Say where the test goes.")
        recipient = self._person(to) if channel == Channel.PUSH else None
        lacking = missing(channel)
        if lacking and not (channel == Channel.EMAIL and settings.EMAIL_IS_CONFIGURED):
            raise CommandError(f"The channel is off: {', '.join(lacking)} is not set.")
        result = _sent(channel, _message(recipient, to))
        if result.outcome != Outcome.SENT:
            raise CommandError(f"{result.outcome}: {result.reason}")
        self.stdout.write("The provider took it." if not lacking else f"Kept in {settings.EMAIL_FILE_PATH}.")

    def _person(self, address: str) -> Any:
        people: Any = get_user_model()._default_manager
        found = people.filter(email=address.lower()).first()
        if found is None:
            raise CommandError(f"Nobody signs in as {address}.")
        return found


def _standing(row: ChannelState) -> str:
    """Return a line of a channel: on or off and why, then its counts by state."""
    lacking = f" ({', '.join(row.missing)} not set)" if row.missing else ""
    counts = ", ".join(f"{count} {state}" for state, count in sorted(row.counts.items()))
    return f"{'on' if row.is_on else 'off'}{lacking}: {counts or 'nothing'}"


def _message(recipient: Any, to: str) -> Message:
    site = in_language(settings.SITE_NAME_AR, settings.SITE_NAME_EN, "en")
    text = f"{site}: a test of this channel."
    html = f"<p>{text}</p>"
    return Message(str(uuid.uuid4()), "test", recipient, to, "en", text, text, text, html)


def _sent(channel: str, message: Message) -> Result:
    opened = sender(channel)
    try:
        opened.open()
        return opened.send(message)
    except ProviderDown as error:
        raise CommandError(str(error)) from error
    finally:
        opened.close()
