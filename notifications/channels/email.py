"""E-mail through any backend of Django's; the connection is kept over a batch."""

from __future__ import annotations

import contextlib
import smtplib
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection

from core.addresses import validate_address
from notifications.channels.base import Message, ProviderDown, Result, again, refused, sent, unknown

LARGEST = 512 * 1024
"""Characters of a body; what is longer was not made by a template of ours."""


def is_configured() -> bool:
    """Return whether mail goes anywhere: to a server, or in the demo to a folder."""
    return settings.EMAIL_IS_CONFIGURED


def missing() -> list[str]:
    """Return the settings that sending to real mailboxes still needs."""
    return [] if settings.EMAIL_HOST else ["EMAIL_HOST"]


class Sender:
    """Sends each message as text and HTML under a Message-ID that a repeat keeps."""

    def __init__(self) -> None:
        self._connection: Any = get_connection()

    def open(self) -> None:
        try:
            self._connection.open()
        except (OSError, smtplib.SMTPException) as error:
            raise ProviderDown(_words(error)) from error

    def close(self) -> None:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            self._connection.close()

    def send(self, message: Message) -> Result:
        wrong = _refusal(message)
        if wrong:
            return refused(wrong)
        try:
            self._connection.send_messages([email_of(message)])
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            return _answered(code, text)
        except smtplib.SMTPResponseException as error:
            return _answered(error.smtp_code, error.smtp_error)
        except (OSError, smtplib.SMTPException) as error:
            handed_over = getattr(self._connection, "may_have_sent", True)
            self._start_anew()
            return unknown(_words(error)) if handed_over else again(_words(error), provider_down=True)
        return sent()

    def _start_anew(self) -> None:
        """Forget a connection that broke; the batch ends here, and the next one opens another."""
        self.close()
        self._connection = get_connection()


def email_of(message: Message) -> EmailMultiAlternatives:
    """Return the e-mail with the headers of threads, of unsubscribing, and of what a program wrote."""
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or urlsplit(settings.SITE_URL).hostname
    headers = {"Message-ID": f"<{message.uid}@{host}>", "Auto-Submitted": "auto-generated"}
    if message.conversation:
        thread = f"<{message.conversation.replace(':', '-')}.{message.recipient.pk}@{host}>"
        headers |= {"In-Reply-To": thread, "References": thread}
    if message.unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{message.unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    email = EmailMultiAlternatives(
        " ".join(message.subject.split()), message.text, settings.DEFAULT_FROM_EMAIL, [message.address], headers=headers
    )
    email.attach_alternative(message.html, "text/html")
    return email


def _refusal(message: Message) -> str:
    """Return why no server would take this; empty when one may."""
    if not message.address:
        return "This person has no e-mail address."
    try:
        validate_address(message.address)
    except ValidationError:
        return "The e-mail address is not valid."
    if len(message.html) + len(message.text) > LARGEST:
        return "The message is too large."
    return ""


def _answered(code: int, text: bytes | str) -> Result:
    """Return what an SMTP answer means: 5xx is for good, 4xx for now, 421 says that the server goes away."""
    said = f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
    return refused(said) if 500 <= code < 600 else again(said, provider_down=code in {-1, 421})


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
