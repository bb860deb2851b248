"""Passwords: changing one's own, and the reset link that is mailed by the worker."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.events import access_changed
from accounts.models import SERVICE_ROLES, PasswordReset, PasswordResetRequest, User
from accounts.operations.mailed_links import answer_all, hash_of, new_token, queue_link
from accounts.operations.sessions import check_password_rules, claim, end_families
from accounts.throttle import count_attempt
from accounts.tokens import Pair, open_family
from audit.recorder import record
from core import clock
from core.errors import Invalid
from core.operation import operation, wake_after_commit
from core.rates import spend


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


def forgot_password(email: str) -> None:
    """Have a reset link mailed to an address, if anybody has it; the answer and the work are the same for all.

    Counted by address, so that many callers flood no mailbox. Raises RateLimited.
    """
    spend("password_reset", f"account:{email.strip().lower()}")
    request_password_reset(email)


@operation
def request_password_reset(email: str) -> None:
    """Queue a request for a reset link; only the worker looks up whether anybody has the address."""
    PasswordResetRequest.objects.create(email=email.strip().lower())
    wake_after_commit("accounts.operations.send_password_resets")


def send_password_resets() -> int:
    """Queue a link for each request that waits and return how many were; a request that fails stays waiting."""
    return answer_all(
        PasswordResetRequest.objects.all(), _answer, life=timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    )


@operation
def _answer(request_id: int) -> bool:
    people = User.objects.exclude(role__in=SERVICE_ROLES)
    return queue_link(PasswordResetRequest.objects.all(), request_id, people, "password-reset")


@operation
def make_reset_link(user: User) -> str:
    """Return a new reset link of this person; the one before ends. Only its token's hash is kept."""
    token, now = new_token(), clock.now()
    expires = now + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    living = {"token_hash": hash_of(token), "created_at": now, "expires_at": expires}
    PasswordReset.objects.update_or_create(user=user, defaults=living)
    record("PASSWORD_RESET_REQUESTED", user, by=None)
    return f"{settings.SITE_URL}/admin/password/reset/{token}"


@operation
def reset_password(token: str, *, new: str) -> None:
    """Set a new password by a mailed token; works once, and ends every session. Invalid otherwise.

    The link's row goes with the old password, as it does with everything else that ends it: a trigger deletes it.
    """
    resets = PasswordReset.objects.filter(token_hash=hash_of(token), expires_at__gt=clock.now(), user__is_active=True)
    user = User.objects.select_for_update(no_key=True).filter(pk__in=resets.values("user")).first()
    if user is None or not resets.exists():
        raise Invalid(fields={"token": [_("This link is no longer valid. Ask for a new one.")]})
    claim(user)
    _replace(user, new, field="newPassword")
    record("PASSWORD_RESET", user, by=user)


def _replace(user: User, password: str, *, field: str) -> None:
    check_password_rules(password, user, field)
    user.set_password(password)
    user.save(update_fields=["password", "updated_at"])
    end_families(user, "password_changed")
    access_changed([user.pk], "password_changed")
