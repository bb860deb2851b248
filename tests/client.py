"""Django's test client with one chain of middleware for all: loading it looks at every static file, 43 ms each time."""

from __future__ import annotations

from functools import cache
from typing import Any

import django.test
from django.core.signals import setting_changed
from django.test.client import ClientHandler

# What middleware reads when it is loaded and not at each request.
READ_WHEN_LOADED = ("MIDDLEWARE", "SECURE_", "SESSION_", "CSRF_", "WHITENOISE_", "STATIC", "DEBUG")


class Client(django.test.Client):
    """`Client()` is a browser of its own, with its own cookies."""

    def __init__(self, *, enforce_csrf_checks: bool = False, **options: Any) -> None:
        super().__init__(enforce_csrf_checks=enforce_csrf_checks, **options)
        self.handler = _handler(enforce_csrf_checks)


@cache
def _handler(enforce_csrf_checks: bool) -> ClientHandler:
    handler = ClientHandler(enforce_csrf_checks=enforce_csrf_checks)
    handler.load_middleware()  # now and not at the first request, which two threads may send at once
    return handler


def _forget(*, setting: str, **change: Any) -> None:
    if setting.startswith(READ_WHEN_LOADED):
        _handler.cache_clear()


setting_changed.connect(_forget)
