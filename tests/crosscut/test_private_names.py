"""Every private part of a library that the code touches is listed here, with the public way beside it.

What is missing from the list turns the test red, and what is listed and gone does too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from enum import Enum
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
# Documented by their libraries although they begin with an underscore: Django's Model._meta, ._state and
# ._default_manager, namedtuple's _replace, os._exit.
DOCUMENTED = {"_meta", "_state", "_default_manager", "_replace", "_exit"}

_WRITER = "AsgiWriter (plain ASGI); tests/realtime/test_contract_of_libraries.py hides each name; R2 0.4 without it"
_SCHEMA = "overridden alone: under another name the document is drf-spectacular's own, and `openapi --check` says so"
PRIVATE = {
    ("core/bridge/channel.py", "_respondToBadRequestAndDisconnect"): "overridden alone: else Twisted's bare 400",
    ("core/api/schema.py", "_get_request_body"): _SCHEMA,
    ("core/api/schema.py", "_map_serializer_field"): _SCHEMA,
    ("realtime/engine.py", "_websocket_handler"): "engineio's own queue and tasks; R6 1.9 without it, must 1.6",
    ("realtime/writers.py", "_tempDataBuffer"): _WRITER,
    ("realtime/writers.py", "_tempDataLen"): _WRITER,
}
"""Each private name by its file, and what happens without it."""

_STATEMENTS = "Django's connection wrapper since 1.6: without them nothing could be prepared, and each test would fail"
_COMPILED = "each call compiles its queryset; tests/core/test_prepared.py hides each name; 12 ms of a ticket's 14"
_ENGINE = "engineio's own queue and tasks; tests/realtime/test_contract_of_libraries.py hides each name"
_DAPHNE = "daphne as it comes, with a log line; tests/core/test_bridge_alone.py"
UNDOCUMENTED = {
    ("core/prepared.py", "wrap_database_errors"): _STATEMENTS,
    ("core/prepared.py", "close_if_health_check_failed"): _STATEMENTS,
    ("core/prepared.py", "queries_log"): _STATEMENTS,
    ("core/database/compiled.py", "get_compiler"): _COMPILED,
    ("core/database/compiled.py", "execute_sql"): _COMPILED,
    ("core/database/compiled.py", "get_converters"): _COMPILED,
    ("realtime/engine.py", "socket.__class__ = cls"): _ENGINE,
    ("realtime/socketio.py", "eio.sockets"): "none: held by tests/realtime/test_socketio.py",
    ("realtime/socketio.py", "basic_leave_room"): "none: held by tests/realtime/test_socketio.py",
    ("realtime/writers.py", "sendCloseFrame"): _WRITER,
    ("realtime/writers.py", "failByDrop"): _WRITER,
    ("realtime/writers.py", "dataBuffer"): _WRITER,
    ("core/bridge/guard.py", "server.HTTPFactory ="): _DAPHNE,
    ("core/bridge/daphne.py", "kill_all_applications"): _DAPHNE,
}
"""What bears no underscore and is in no documentation either: a piece of the source, and what happens without it."""


def files() -> Iterator[Path]:
    """Yield the sources of the product; migrations and tests are none of it."""
    folders = [Path(app.path) for app in apps.get_app_configs() if Path(app.path).parent == ROOT]
    for folder in [*folders, ROOT / "config"]:
        yield from (path for path in sorted(folder.rglob("*.py")) if "migrations" not in path.parts)


def private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name != "_" and name not in DOCUMENTED


def own_names(tree: ast.Module) -> set[str]:
    """Return the private names that a file gives to its own functions, classes, variables and attributes."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and ast.unparse(node.value) == "self":
            found.add(node.attr)
    return {name for name in found if private(name)}


def taken(path: Path) -> set[str]:
    """Return the private names that a file takes from objects, modules and classes which it does not define."""
    tree = ast.parse(path.read_text("utf-8"))
    own, found = own_names(tree), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and private(node.attr):
            if ast.unparse(node.value) not in ("self", "cls", "super()") or node.attr not in own:
                found.add(node.attr)
        elif isinstance(node, ast.ImportFrom):
            found.update(filter(private, [*(node.module or "").split("."), *(alias.name for alias in node.names)]))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("getattr", "setattr"):
            found.update(str(each.value) for each in node.args[1:2] if isinstance(each, ast.Constant))
    return set(filter(private, found))


def overridden(path: Path) -> set[str]:
    """Return the private names of a library's class that a class of this file defines anew."""
    module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
    found: set[str] = set()
    for kind in vars(module).values():
        if isinstance(kind, type) and kind.__module__ == module.__name__ and not issubclass(kind, Enum):
            theirs = [base for base in kind.__mro__[1:-1] if not (ROOT / base.__module__.split(".")[0]).exists()]
            found.update(name for base in theirs for name in vars(kind).keys() & vars(base).keys() if private(name))
    return found - {"_declared_fields", "_is_protocol", "_abc_impl"}  # made by DRF and Python themselves


def test_every_private_name_of_a_library_is_listed_with_what_happens_without_it():
    found = {(str(path.relative_to(ROOT)), name) for path in files() for name in taken(path) | overridden(path)}
    assert found == PRIVATE.keys()


@pytest.mark.parametrize(("file", "piece"), UNDOCUMENTED)
def test_what_is_listed_as_undocumented_is_still_there(file, piece):
    assert piece in (ROOT / file).read_text("utf-8")
