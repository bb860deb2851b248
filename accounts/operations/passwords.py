"""Passwords: changing one's own, and the reset link that is mailed by the worker."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.events import access_changed
from accounts.models import PasswordReset, User
from accounts.operations.sessions import check_password_rules, end_families
from accounts.throttle import count_attempt
from accounts.tokens import Pair, open_family
from audit.recorder import record
from core import clock
from core.after_commit import after_commit
from core.errors import Invalid
from core.jobs import wake
from core.operation import operation
from notifications.mail import send_mail

_SALT = "accounts.password-reset"


def change_password(user_id: int, *, old: str, new: str, by: User) -> Pair:
    """Replace one's own password; every session ends, the caller gets a new one. Invalid when `old` is wrong.

    Counted as a sign-in before the transaction, so that a wrong guess, which undoes it, still counts.
    """
    count_attempt("sign_in", by.audit_name)
    return _change(user_id, old=old, new=new, by=by)


@operation
def _change(user_id: int, *, old: str, new: str, by: User) -> Pair:
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    if not user.check_password(old):
        raise Invalid(fields={"oldPassword": [_("This is not your present password.")]})
    _replace(user, new, field="newPassword")
    record("PASSWORD_CHANGED", user, by=by)
    return open_family(User.objects.with_rights().get(pk=user.pk))


@operation
def request_password_reset(email: str) -> None:
    """Queue a reset link for whoever has this address; answers nothing about whether anybody has."""
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is None:
        return
    expires = clock.now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    PasswordReset.objects.create(user=user, expires_at=expires)
    record("PASSWORD_RESET_REQUESTED", user, by=None)
    after_commit(wake, "accounts.send_password_resets")


def reset_token(reset: PasswordReset) -> str:
    """What the mailed link carries."""
    return signing.dumps(reset.pk, salt=_SALT)


@operation
def reset_password(token: str, *, new: str) -> None:
    """Set a new password by a mailed token; works once, and ends every session. Invalid otherwise."""
    refusal = Invalid(fields={"token": [_("This link is no longer valid. Ask for a new one.")]})
    try:
        reset_id = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        raise refusal from None
    open_resets = PasswordReset.objects.filter(used_at=None, expires_at__gt=clock.now(), user__is_active=True)
    reset = open_resets.select_for_update(no_key=True).filter(pk=reset_id).first()
    if reset is None:
        raise refusal
    user = User.objects.select_for_update(no_key=True).get(pk=reset.user_id)
    _replace(user, new, field="newPassword")
    PasswordReset.objects.filter(user=user, used_at=None).update(used_at=clock.now())
    record("PASSWORD_RESET", user, by=user)


def send_password_resets() -> int:
    """Mail every link that waits; each row is held while its mail goes out, so two workers never send one twice."""
    sent = 0
    while True:
        with transaction.atomic():
            waiting = PasswordReset.objects.filter(sent_at=None, used_at=None, expires_at__gt=clock.now())
            reset = (
                waiting.select_for_update(no_key=True, of=("self",), skip_locked=True).select_related("user").first()
            )
            if reset is None:
                return sent
            link = f"{settings.SITE_URL}/admin/password/reset/{reset_token(reset)}"
            minutes = settings.PASSWORD_RESET_TIMEOUT // 60
            send_mail("password-reset", reset.user.address, reset.user.language, {"link": link, "minutes": minutes})
            reset.sent_at = clock.now()
            reset.save(update_fields=["sent_at"])
        sent += 1


def _replace(user: User, password: str, *, field: str) -> None:
    check_password_rules(password, user, field)
    user.set_password(password)
    user.save(update_fields=["password", "updated_at"])
    end_families(user, "password_changed")
    access_changed([user.pk], "password_changed")
