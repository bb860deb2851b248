"""The second factor of staff: codes by time from an authenticator app, and recovery codes that work once each.

The rows are django-otp's: a TOTPDevice that counts once it is confirmed, and a StaticDevice with the recovery codes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection

from django.conf import settings
from django.utils.translation import gettext as _
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import STAFF_ROLES, User
from accounts.policies import refuse_beyond, refuse_unless
from accounts.throttle import count_attempt, forget_attempts
from audit.recorder import record
from core import clock
from core.errors import Invalid, NotFound, OtpRequired, RateLimited
from core.operation import operation

OPTIONAL, REQUIRED = "optional", "required"
RECOVERY_CODES = 10
_APP_CODE = re.compile(r"\d{6}")
_RECOVERY_CODE = re.compile(r"[a-z2-7]{8}")
_BREAKS = re.compile(r"[\s-]+")


def has_second_factor(user: User) -> bool:
    """Return whether this person is asked for a code; customers and guests never are."""
    return user.role in STAFF_ROLES and TOTPDevice.objects.filter(user=user.pk, confirmed=True).exists()


def must_set_up(user: User) -> bool:
    """Return whether this installation requires a second factor that this member of staff has not yet."""
    return settings.STAFF_SECOND_FACTOR == REQUIRED and user.role in STAFF_ROLES and not has_second_factor(user)


def who_must_set_up(users: Collection[User]) -> set[int]:
    """must_set_up() of many at once, by primary key; one query when this installation requires it, else none."""
    if settings.STAFF_SECOND_FACTOR != REQUIRED:
        return set()
    staff = {user.pk for user in users if user.role in STAFF_ROLES}
    return staff - set(TOTPDevice.objects.filter(user__in=staff, confirmed=True).values_list("user_id", flat=True))


def recovery_codes_left(user: User) -> int:
    """How many recovery codes are unused."""
    return StaticToken.objects.filter(device__user=user.pk).count()


def pending_device(user: User) -> TOTPDevice | None:
    """The device whose first code is awaited."""
    return TOTPDevice.objects.filter(user=user.pk, confirmed=False).first()


def check_code(user: User, code: str) -> None:
    """Pass for the next code of the person's app, or an unused recovery code. A refused code is kept and audited.

    Raises OtpRequired without a code or for a wrong or used one, RateLimited while the device waits after wrong ones.
    The caller counts the attempt.
    """
    if not code:
        raise OtpRequired
    if not _use_code(user.pk, code=code, by=user):
        raise OtpRequired(_("This code is wrong or was used already. Enter the next one."))
    forget_attempts("sign_in", user.audit_name)


@operation
def _use_code(user_id: int, *, code: str, by: User) -> bool:
    user = _locked(user_id)
    typed = _BREAKS.sub("", code).lower()
    device = _device_for(user, typed)
    if device is None or not device.verify_token(typed):
        record("SECOND_FACTOR_FAILED", user, by=by)
        return False
    if isinstance(device, StaticDevice):
        record("RECOVERY_CODE_USED", user, by=by, metadata={"left": recovery_codes_left(user)})
    return True


def _device_for(user: User, typed: str) -> TOTPDevice | StaticDevice | None:
    """The device that such a code is for; raises RateLimited while it waits."""
    device: TOTPDevice | StaticDevice | None = None
    if _APP_CODE.fullmatch(typed):
        device = TOTPDevice.objects.filter(user=user, confirmed=True).first()
    elif _RECOVERY_CODE.fullmatch(typed):
        device = StaticDevice.objects.filter(user=user, confirmed=True).first()
    if device is not None:
        allowed, why = device.verify_is_allowed()
        if not allowed:
            raise RateLimited(math.ceil((why["locked_until"] - clock.now()).total_seconds()))
    return device


@operation
def start_second_factor(user_id: int, *, by: User) -> TOTPDevice:
    """A new secret for one's own app, which counts for nothing before its first code; replaces one not confirmed."""
    user = _own(user_id, by)
    _refuse_when_on(user)
    TOTPDevice.objects.filter(user=user, confirmed=False).delete()
    return TOTPDevice.objects.create(user=user, name="app", confirmed=False)


@operation
def confirm_second_factor(user_id: int, *, code: str, by: User) -> list[str]:
    """Switch the second factor on by the app's first code; the recovery codes, which are told this once.

    Raises Invalid when the code is wrong or nothing was started.
    """
    user = _own(user_id, by)
    _refuse_when_on(user)
    device = pending_device(user)
    typed = _BREAKS.sub("", code)
    if device is None or not _APP_CODE.fullmatch(typed) or not device.verify_token(typed):
        raise Invalid(fields={"code": [_("This is not the code that your app shows now.")]})
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    codes = _new_recovery_codes(user)
    record("SECOND_FACTOR_ENABLED", user, by=by)
    return codes


def disable_second_factor(user_id: int, *, password: str, code: str, by: User) -> None:
    """Switch one's own second factor off, by password and code.

    Counted as a sign-in before the transaction, so that a wrong guess, which undoes it, still counts. Raises Invalid
    for a wrong password or code, RateLimited after too many.
    """
    count_attempt("sign_in", by.audit_name)
    if not by.check_password(password):
        raise Invalid(fields={"password": [_("This is not your present password.")]})
    try:
        check_code(by, code)
    except OtpRequired as refused:
        raise Invalid(fields={"code": [refused.message]}) from None
    _disable(user_id, by=by)


@operation
def _disable(user_id: int, *, by: User) -> None:
    user = _own(user_id, by)
    if _forget_devices(user):
        record("SECOND_FACTOR_DISABLED", user, by=by)


@operation
def reset_second_factor(user_id: int, *, by: User) -> None:
    """Take away another's second factor, for someone who lost phone and recovery codes; nothing when there is none."""
    refuse_unless(by, "users.manage")
    if user_id == by.pk:
        raise Invalid(_("Switch off your own second factor on your own page, with your password and a code."))
    user = _locked(user_id)
    refuse_beyond(by, user)
    if _forget_devices(user):
        record("SECOND_FACTOR_DISABLED", user, by=by, metadata={"reset": True})


def _locked(user_id: int) -> User:
    user = User.objects.select_for_update(no_key=True).filter(pk=user_id, role__in=STAFF_ROLES).first()
    if user is None:
        raise NotFound
    return user


def _own(user_id: int, by: User) -> User:
    if user_id != by.pk:
        raise NotFound
    return _locked(user_id)


def _refuse_when_on(user: User) -> None:
    if has_second_factor(user):
        raise Invalid(_("The second factor is on already."))


def _new_recovery_codes(user: User) -> list[str]:
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="recovery")
    codes = sorted({StaticToken.random_token() for _number in range(RECOVERY_CODES)})
    StaticToken.objects.bulk_create([StaticToken(device=device, token=code) for code in codes])
    return [f"{code[:4]}-{code[4:]}" for code in codes]


def _forget_devices(user: User) -> bool:
    """Remove every device; whether one counted."""
    was_on = has_second_factor(user)
    StaticDevice.objects.filter(user=user).delete()
    TOTPDevice.objects.filter(user=user).delete()
    return was_on
