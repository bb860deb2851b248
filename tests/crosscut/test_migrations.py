"""Migrations say all that the models say, in one line an app, and lead back as well as forth."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations import AddConstraint, AddIndex
from django.db.migrations.loader import MigrationLoader

# Migrations that may stay without a way back, each with the reason.
ONE_WAY: dict[str, str] = {}


def ours() -> list[str]:
    return [app.label for app in apps.get_app_configs() if Path(app.path).parent == Path(settings.BASE_DIR)]


@pytest.fixture
def loader(db) -> MigrationLoader:
    return MigrationLoader(connection)


@pytest.mark.django_db
def test_the_models_are_as_the_migrations_left_them():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_app_has_one_last_migration(loader):
    assert loader.detect_conflicts() == {}
    for label in ours():
        leaves = loader.graph.leaf_nodes(label)
        assert len(leaves) <= 1, leaves


def test_every_migration_is_applied_and_leads_back(loader):
    for (label, name), migration in loader.disk_migrations.items():
        if label not in ours():
            continue
        assert (label, name) in loader.applied_migrations
        if f"{label}.{name}" not in ONE_WAY:
            for operation in migration.operations:
                assert operation.reversible, f"{label}.{name}: {operation.describe()}"


def test_a_first_migration_makes_each_table_with_its_indexes_and_constraints(loader):
    """Django builds all related models again for each operation beside them, and a start on an empty place waits."""
    for label in ours():
        if (migration := loader.disk_migrations.get((label, "0001_initial"))) is not None:
            beside = [op.describe() for op in migration.operations if isinstance(op, AddIndex | AddConstraint)]
            assert beside == [], label
