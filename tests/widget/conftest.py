"""A storage folder for each of the widget's tests."""

from tests.storage import storage

__all__ = ["storage"]
