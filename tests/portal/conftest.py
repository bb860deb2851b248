"""Files of the tests of these pages."""

from tests.storage import storage

__all__ = ["storage"]
