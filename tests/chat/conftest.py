"""Fixtures of the chat tests: web processes as the socket tests have them."""

from tests.realtime.conftest import _shared, _shared_pair, web, web_pair

__all__ = ["_shared", "_shared_pair", "web", "web_pair"]
