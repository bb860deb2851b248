"""One code sent by many at once lets one in, whichever kind of code it is."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.operations.second_factor import check_code
from core.errors import OtpRequired, RateLimited
from tests.accounts.codes import app_code, recovery_code, switch_on


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_one_code_lets_one_in(committed_cast: Any, kind: str) -> None:
    agent = committed_cast.agent
    device = switch_on(agent)
    code = app_code(device) if kind == "app" else recovery_code(agent)

    def one(_number: int) -> bool:
        try:
            check_code(agent, code)
        except (OtpRequired, RateLimited):
            return False
        finally:
            connection.close()
        return True

    assert in_parallel(one) == 1


def in_parallel(act: Callable[[int], bool]) -> int:
    with ThreadPoolExecutor(6) as pool:
        return sum(pool.map(act, range(6)))


def test_a_wrong_code_is_kept_though_the_sign_in_is_refused(committed_cast: Any) -> None:
    agent = committed_cast.agent
    switch_on(agent)
    with pytest.raises(OtpRequired):
        check_code(agent, "aaaa-aaaa")
    assert StaticToken.objects.filter(device__throttling_failure_count=1).count() == 10
    assert TOTPDevice.objects.get(user=agent).throttling_failure_count == 0
