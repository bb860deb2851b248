"""Tell whether this installation can serve: small checks, each named in HEALTH_CHECKS."""

import uuid
from collections.abc import Callable
from functools import cache

import structlog
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.module_loading import import_string

from core.stores import client

log = structlog.get_logger(__name__)
HEALTH = "health"
"""The folder of storage that the check of storage writes to."""
REQUIRED = {"database", "migrations"}
_migrated = False


def database() -> None:
    """PostgreSQL answers."""
    with connection.cursor() as cursor:
        cursor.execute("select 1")


def migrations() -> None:
    """Every migration is applied; asked until it is true, then remembered."""
    global _migrated
    if _migrated:
        return
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise RuntimeError("migrations are missing")
    _migrated = True


def redis() -> None:
    """Redis answers."""
    client().ping()


def storage() -> None:
    """Files can be written and removed."""
    name = default_storage.save(f"{HEALTH}/{uuid.uuid4().hex}", ContentFile(b"ok"))
    default_storage.delete(name)


@cache
def checks() -> dict[str, Callable[[], None]]:
    """Return what HEALTH_CHECKS names; loading them registers their figures too."""
    return {path.rpartition(".")[2]: import_string(path) for path in settings.HEALTH_CHECKS}


def readiness() -> tuple[bool, dict[str, str]]:
    """Return whether requests can be served, and each check as `ok` or `failed`."""
    found: dict[str, str] = {}
    for name, check in checks().items():
        if name == "migrations" and found.get("database") == "failed":
            found[name] = "failed"
            continue
        try:
            check()
            found[name] = "ok"
        except Exception as error:
            log.warning("health_check_failed", check=name, error=f"{type(error).__name__}: {error}"[:200])
            found[name] = "failed"
    return all(found.get(name) == "ok" for name in REQUIRED), found
