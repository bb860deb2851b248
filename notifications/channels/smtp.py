"""Django's SMTP backend, which also remembers whether a failed message may have been handed over."""

from __future__ import annotations

import smtplib
from typing import Any

from django.core.mail.backends.smtp import EmailBackend as DjangoBackend


class _Tracking:
    """Remembers that a message's content was begun to be sent."""

    handed_over = False

    def data(self, message: Any) -> Any:
        self.handed_over = True
        return super().data(message)  # type: ignore[misc]

    def mail(self, *args: Any, **options: Any) -> Any:
        self.handed_over = False
        return super().mail(*args, **options)  # type: ignore[misc]


class _Smtp(_Tracking, smtplib.SMTP):
    pass


class _SmtpSsl(_Tracking, smtplib.SMTP_SSL):
    pass


class EmailBackend(DjangoBackend):
    """The backend of an installation with EMAIL_HOST."""

    @property
    def connection_class(self) -> Any:
        return _SmtpSsl if self.use_ssl else _Smtp

    @property
    def may_have_sent(self) -> bool:
        """Return whether the content of the last message went out, so that a missing answer means nothing."""
        return bool(getattr(self.connection, "handed_over", False))
