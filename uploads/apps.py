"""Files people send: checks, storage, signed links."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, register


class UploadsConfig(AppConfig):
    name = "uploads"

    def ready(self) -> None:
        register(check_files, "uploads", deploy=True)


def check_files(**options: Any) -> list[CheckMessage]:
    """The bucket's check where files lie in one; elsewhere its library is not even loaded."""
    if not settings.S3_BUCKET:
        return []
    from uploads.bucket import check_bucket

    return check_bucket(**options)
