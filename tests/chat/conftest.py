"""Fixtures of the chat tests: web processes as the socket tests have them."""

from tests.realtime.conftest import _shared, web

__all__ = ["_shared", "web"]
