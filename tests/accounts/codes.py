"""Second factors for tests: one that is on, and the codes its app would show."""

from __future__ import annotations

import time

from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import User
from accounts.operations import confirm_second_factor, start_second_factor

STEP = 30


def app_code(device: TOTPDevice, steps: int = 0) -> str:
    """Return what the app shows so many steps from now."""
    totp = TOTP(device.bin_key)
    totp.time = time.time() + steps * STEP
    return f"{totp.token():06d}"


def wrong_code(device: TOTPDevice) -> str:
    """Six digits that the app shows nowhere near now."""
    near = {app_code(device, steps) for steps in range(-3, 4)}
    return next(code for code in ("000000", "111111", "222222", "333333", "444444", "555555", "666666", "777777")
                if code not in near)  # fmt: skip


def switch_on(user: User) -> TOTPDevice:
    """This person's confirmed device, as if its last code were long ago."""
    device = start_second_factor(user.pk, by=user)
    confirm_second_factor(user.pk, code=app_code(device), by=user)
    return rest(device)


def rest(device: TOTPDevice) -> TOTPDevice:
    """The device a while after its last code and its last wrong one."""
    TOTPDevice.objects.filter(pk=device.pk).update(
        last_t=-1, throttling_failure_count=0, throttling_failure_timestamp=None
    )
    device.refresh_from_db()
    return device


def recovery_code(user: User) -> str:
    """One that is unused, as it was shown."""
    token = StaticToken.objects.filter(device__user=user).first()
    assert token is not None
    return f"{token.token[:4]}-{token.token[4:]}"
