"""Rows of accounts that have had their day."""

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import (
    PasswordReset,
    PasswordResetRequest,
    SignInCount,
    SignInLink,
    SignInLinkRequest,
    TokenFamily,
)


def old_rows() -> None:
    """Ended families after 30 days, counts after a day, reset links and sessions at their expiry."""
    now = timezone.now()
    TokenFamily.objects.filter(expires_at__lt=now - timedelta(days=30)).delete()
    SignInCount.objects.filter(window_start__lt=now - timedelta(days=1)).delete()
    PasswordReset.objects.filter(expires_at__lt=now).delete()
    PasswordResetRequest.objects.filter(created_at__lt=now - timedelta(days=1)).delete()
    SignInLink.objects.filter(expires_at__lt=now).delete()
    SignInLinkRequest.objects.filter(created_at__lt=now - timedelta(days=1)).delete()
    Session.objects.filter(expire_date__lt=now).delete()
