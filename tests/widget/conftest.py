"""Browsers for the widget's tests."""

from tests.browser.conftest import axe, chromium
from tests.storage import storage

__all__ = ["axe", "chromium", "storage"]
