"""Fixtures of the tests of notifications: the web process of the socket tests."""

from tests.realtime.conftest import _shared, _shared_pair, web, web_pair

__all__ = ["_shared", "_shared_pair", "web", "web_pair"]
