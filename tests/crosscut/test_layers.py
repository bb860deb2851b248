"""The layers hold: what pyproject.toml declares of imports is so."""

import subprocess
import sys
import tomllib
from pathlib import Path

from django.apps import apps
from django.conf import settings

ROOT = Path(settings.BASE_DIR)


def test_every_import_contract_is_kept():
    """In a process of its own: here Twisted has put things into sys.modules that are no modules."""
    program = "from importlinter.cli import lint_imports_command as run; run()"
    command = [sys.executable, "-c", program, "--no-logo", "--no-cache"]
    linted = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_every_app_stands_in_a_layer():
    """A new app that no contract names would be free to import anything."""
    linted = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    lines = [line for contract in linted["contracts"] for line in contract.get("layers", [])]
    layers = {name.strip() for line in lines for name in line.split("|")}
    ours = {app.name for app in apps.get_app_configs() if Path(app.path).parent == ROOT}
    assert ours <= layers & set(linted["root_packages"])
