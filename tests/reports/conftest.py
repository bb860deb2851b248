"""Fixtures of the tests of reports."""

from tests.storage import storage

__all__ = ["storage"]
