"""Fixtures of the tests of notifications: the web process of the socket tests, and people at real browsers."""

from tests.browser.conftest import chromium
from tests.browser.office import look, office
from tests.realtime.conftest import _shared, _shared_pair, web, web_pair

__all__ = ["_shared", "_shared_pair", "chromium", "look", "office", "web", "web_pair"]
