"""SMS through Unifonic: one form post a message, the number as digits, the text kept to a set number of parts."""

from __future__ import annotations

from functools import partial

import phonenumbers
import requests
from django.conf import settings

from core import phones
from notifications.channels.base import Message, Result, again, refused, sent, unknown
from notifications.channels.http import TIMEOUT_SECONDS, asked, json_of

ONE_PART, EACH_PART = 70, 67
"""Characters of UCS-2 in a single message, and in each of several that a phone joins."""


def is_configured() -> bool:
    return bool(settings.SMS["app_sid"])


def missing() -> list[str]:
    """Return the settings that SMS still needs."""
    given = {"UNIFONIC_APP_SID": settings.SMS["app_sid"], "UNIFONIC_SENDER_ID": settings.SMS["sender_id"]}
    return [name for name, value in given.items() if not value]


class Sender:
    """Sends title and link; what a message says stays in the app."""

    def __init__(self) -> None:
        self._session = requests.Session()

    def open(self) -> None:
        """Nothing: the first message connects."""

    def close(self) -> None:
        self._session.close()

    def send(self, message: Message) -> Result:
        number = e164(message.address)
        if not number:
            return refused("This person has no valid phone number.")
        form = {
            "AppSid": settings.SMS["app_sid"],
            "SenderID": settings.SMS["sender_id"],
            "Recipient": number.lstrip("+"),
            "Body": fitted(message.subject, settings.SMS["parts"]),
            "responseType": "JSON",
            "CorrelationID": message.uid,
        }
        url = f"{settings.SMS['url']}/rest/SMS/messages"
        return asked(partial(self._session.post, url, data=form, timeout=TIMEOUT_SECONDS), _judge)


def e164(text: str) -> str:
    """Return a number as `+9665…`, Arabic digits read too; empty for what no network has."""
    try:
        number = phones.e164(text)
    except ValueError:
        return ""
    return number if phonenumbers.is_valid_number(phonenumbers.parse(number)) else ""


def parts(text: str) -> int:
    """Return how many messages of UCS-2 a text takes."""
    units = len(text.encode("utf-16-le")) // 2
    return 1 if units <= ONE_PART else -(-units // EACH_PART)


def fitted(text: str, most: int) -> str:
    """Return the text, or its beginning and an ellipsis, in at most so many messages."""
    if parts(text) <= most:
        return text
    room = (ONE_PART if most == 1 else most * EACH_PART) - 1
    kept = text.encode("utf-16-le")[: room * 2].decode("utf-16-le", "ignore").rstrip()
    return f"{kept}…"


def _judge(response: requests.Response) -> Result:
    """Return what Unifonic's answer means: success is said in the body, not by the status."""
    content = json_of(response)
    if response.status_code == 200 and str(content.get("success")).lower() == "true":
        return sent()
    said = f"{response.status_code} {content.get('errorCode', '')} {content.get('message', response.text)}"[:300]
    if response.status_code in {401, 403} or str(content.get("errorCode")) in {"ER-01", "ER-02", "ER-08"}:
        return again(said, provider_down=True)
    if str(content.get("success")).lower() == "false" or 400 <= response.status_code < 500:
        return refused(said)
    return unknown(said)
