"""Fixtures of the ticket tests."""

from tests.storage import storage

__all__ = ["storage"]
