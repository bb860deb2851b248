"""Docstrings begin with a verb: they say what comes out, and not that something is about to be said."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
RIDDLES = re.compile(r"(What|Who|Whose|Whether|Those)\b")
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def riddles(path: Path) -> list[str]:
    """Return the docstrings of a file that begin with no verb."""
    content = path.read_text("utf-8")
    if not re.search(rf'"""{RIDDLES.pattern}', content):
        return []
    nodes = [node for node in ast.walk(ast.parse(content)) if isinstance(node, DOCUMENTED)]
    said = [ast.get_docstring(node) or "" for node in nodes]
    return [f"{path.relative_to(ROOT)}: {text.splitlines()[0]}" for text in said if RIDDLES.match(text)]


def test_no_docstring_begins_with_what_who_whether_or_those():
    folders = [folder for folder in ROOT.iterdir() if folder.is_dir() and not folder.name.startswith(".")]
    files = [path for folder in folders if folder.name not in {"var", "node_modules"} for path in folder.rglob("*.py")]
    assert [riddle for path in sorted(files) for riddle in riddles(path)] == []
