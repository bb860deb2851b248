"""Every operation is one transaction, audited and evented; none is missing here."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest
from celery import current_app
from django.apps import apps
from django.conf import settings
from django.db import connection

import accounts.operations
import chat.operations
import tickets.operations
from audit.models import Entry
from core.operation import OPERATIONS, in_operation
from tests.crosscut import cases, chat_cases, notification_cases, report_cases
from tests.crosscut.cases import WHOLE

CASES = cases.CASES | chat_cases.CASES | notification_cases.CASES | report_cases.CASES
WRITES = ("insert", "update", "delete", "with")
# Written on their own so that they stay when what follows is undone: attempts counted, keys of files being stored.
ALONE = ("accounts_signincount", "uploads_unnamedkey")


def imported() -> dict[str, object]:
    """All operations of the product, every module of its apps imported (config starts programs and has none)."""
    for app in apps.get_app_configs():
        if app.path.startswith(str(settings.BASE_DIR)) and ".venv" not in app.path and app.name != "config":
            for module in pkgutil.walk_packages([app.path], f"{app.name}."):
                if not re.search(r"\.(migrations|management|__main__)\b", module.name):
                    importlib.import_module(module.name)
    return OPERATIONS


def test_every_operation_stands_in_the_table():
    product = {name for name in imported() if not name.startswith("tests.")}
    assert product - CASES.keys() == set(), "give these a line in tests/crosscut/cases.py"
    assert CASES.keys() - product == set(), "these are no operations any more"


def test_every_public_function_of_the_operations_modules_is_one():
    registered = {name.rsplit(".", 1)[1] for name in imported()}
    for package in (accounts.operations, chat.operations, tickets.operations):
        functions = {name for name in package.__all__ if inspect.isfunction(getattr(package, name))}
        assert functions - registered - WHOLE.keys() == set()
    assert all(WHOLE.values())


def test_whoever_is_silent_says_why():
    for name, case in CASES.items():
        assert (case.audited and case.emitted) or case.silent, name


# What is woken under a name of its own, and the task on the beat that does the same for what was missed.
SWEPT_BY = {"tickets.check_sla": "tickets.sla_monitor"}


def test_every_task_that_an_operation_wakes_is_done_by_a_timer_too():
    """A wake-up may be lost, so that nothing may depend on it."""
    root = Path(settings.BASE_DIR)
    sources = [
        path for app in apps.get_app_configs() if Path(app.path).parent == root for path in Path(app.path).rglob("*.py")
    ]
    woken = {name for path in sources for name in re.findall(r'wake_after_commit\(\s*"([\w.]+)"', path.read_text())}
    assert "accounts.operations.send_password_resets" in woken
    timed = {entry["task"] for entry in settings.CELERY["beat_schedule"].values()} | set(settings.SWEEPS)
    assert {name for name in woken if SWEPT_BY.get(name, name) not in timed} == set()
    imported()
    assert woken <= current_app.tasks.keys()


class Watch:
    """Looks at every statement: what is written outside an operation, and whether anything is written inside."""

    def __init__(self) -> None:
        self.outside: list[str] = []

    def __call__(self, execute, sql, params, many, context):
        wrote = str(sql).lstrip().lower().startswith(WRITES)
        if wrote and not in_operation() and not any(table in str(sql) for table in ALONE):
            self.outside.append(sql)
        return execute(sql, params, many, context)


def seen() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(max(id), 0), (select coalesce(max(ord), 0) from rt_event) from audit_entry")
        return cursor.fetchone()


def emitted_since(ord_: int) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("select distinct event from rt_event where ord > %s", [ord_])
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.parametrize("name", sorted(CASES))
def test_each_leaves_its_audit_entries_and_events_and_writes_nowhere_else(cast, storage, name):
    case = CASES[name]
    run = case.prepare(cast)
    entry, ord_ = seen()
    watch = Watch()
    with connection.execute_wrapper(watch):
        run()
    assert set(Entry.objects.filter(id__gt=entry).values_list("action", flat=True)) == case.audited
    assert emitted_since(ord_) == case.emitted
    assert watch.outside == []
