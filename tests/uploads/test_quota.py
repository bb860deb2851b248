"""Define what customers and guests may upload in a day, whoever sends at once."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection

from core import clock
from tests.api import Api, data, refusal
from tests.uploads.door import as_json
from uploads.models import Attachment

FILE = ("a.txt", b"x" * 1000)


def sent(user: Any, *files: tuple[str, bytes], path: str = "/tickets/upload", language: str = "en") -> Any:
    return Api(user, language=language).post(path, as_json(files or [FILE]))


@pytest.mark.parametrize("who", ["customer", "guest"])
@pytest.mark.parametrize("path", ["/tickets/upload", "/chat/upload"])
def test_the_day_ends_what_one_person_may_send_until_the_next(cast: Any, settings: Any, who: str, path: str) -> None:
    settings.UPLOAD_QUOTA_BYTES = 2500
    user = getattr(cast, who)
    for _time in range(2):
        data(sent(user, path=path), 201)
    error = refusal(sent(user, path=path), 429, "rate_limited")
    assert "2.4" in error["message"]
    assert "Send the rest tomorrow." in error["message"]
    assert 0 < error["details"]["retryAfter"] <= 86_401
    assert "أرسل الباقي غدًا" in refusal(sent(user, path=path, language="ar"), 429, "rate_limited")["message"]
    refusal(sent(user, ("b.txt", b"y" * 600), path=path), 429, "rate_limited")
    data(sent(user, ("b.txt", b"y" * 400), path=path), 201)
    data(sent(cast.stranger, path=path), 201)
    with time_machine.travel(clock.now() + timedelta(seconds=error["details"]["retryAfter"])):
        data(sent(user, path=path), 201)


def test_staff_have_no_quota(cast: Any, settings: Any) -> None:
    settings.UPLOAD_QUOTA_BYTES = 1500
    for _time in range(3):
        data(sent(cast.agent), 201)


def test_what_many_requests_send_at_once_stays_within_it(committed_cast: Any, settings: Any) -> None:
    settings.UPLOAD_QUOTA_BYTES = 2500
    statuses: list[int] = []
    together = threading.Barrier(5)

    def send() -> None:
        api = Api(committed_cast.customer)
        together.wait(10)
        statuses.append(api.post("/tickets/upload", as_json([FILE])).status_code)
        connection.close()

    threads = [threading.Thread(target=send) for _number in range(5)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(statuses) == [201, 201, 429, 429, 429]
    assert Attachment.objects.filter(uploader=committed_cast.customer).count() == 2
