"""A real server and a real browser: daphne on a database of its own, Chromium through Playwright."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests import database
from tests.cast import PASSWORD
from tests.plugins.services import CHROMIUM
from tests.realtime.servers import Web

ROOT = Path(__file__).resolve().parent.parent.parent
SEED = "import json; from tests.browser.seed import seed; print(json.dumps(seed()))"
BOSS = "boss@example.test"
AXE = "axe-core@4.14.1"
SOON = 20_000
"""Milliseconds that a page is given to show what is expected of it: CI's two processors have other work."""


@dataclass
class Site:
    """The running server: where it is, and the ids that its pages need."""

    url: str
    ids: dict[str, int]

    def page(self, path: str) -> str:
        return self.url + path.format(**self.ids)


@pytest.fixture(scope="session")
def site(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """daphne on a database made for these tests, one for each worker; both are gone afterwards."""
    name = f"test_browser_{secrets.token_hex(4)}"
    database.copy_template(name)
    env = _environment(name, tmp_path_factory.mktemp("site"))
    try:
        ids = json.loads(_run(env, "manage.py", "shell", "--verbosity=0", "--command", SEED).splitlines()[-1])
        web = Web(**env)
        web.environment["SITE_URL"] = web.site
        with web.start():
            yield Site(web.site, ids)
    finally:
        database.drop(name)


def _environment(name: str, folder: Path) -> dict[str, str]:
    def to(url: str) -> str:
        return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))

    return {
        "DATABASE_URL": to(os.environ["DATABASE_URL"]),
        "DATABASE_OWNER_URL": to(os.environ["DATABASE_OWNER_URL"]),
        "DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "LOG_LEVEL": "WARNING",
        "RATE_SIGN_IN": "1000/minute",
        "DEBUG": "0",
    }


def _run(env: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One browser for a file: while it is open an event loop runs on this thread, which no other test must meet."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=SOON)
    program = next(path for path in map(shutil.which, CHROMIUM) if path)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


class Visitor:
    """A person at the screen; whatever the browser complains about is kept in `complaints`."""

    def __init__(self, site: Site, context: Any) -> None:
        self.site, self.context = site, context
        self.page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def go(self, path: str) -> Any:
        return self.page.goto(self.site.page(path), wait_until="load")

    def attribute(self, name: str) -> str:
        """Of the whole document: `lang`, `dir`, `data-theme`."""
        return str(self.page.locator("html").get_attribute(name))

    def sign_in(self) -> None:
        self.page.fill("#id_username", BOSS)
        self.page.fill("#id_password", PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/admin/")

    def speak(self, language: str) -> None:
        """Use the switch in the top bar when the page is in the other language."""
        if self.attribute("lang") != language:
            self.page.click("form.language button")
            self.page.wait_for_selector(f'html[lang="{language}"]')


@pytest.fixture
def visit(site: Site, chromium: Any) -> Iterator[Callable[..., Visitor]]:
    """`visit("ar", "dark", 390)` is the administrator on his home page, in that language, scheme and width."""
    contexts = []

    def enter(language: str = "en", scheme: str = "light", width: int = 1440, *, signed_in: bool = True) -> Visitor:
        context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        visitor = Visitor(site, context)
        visitor.go("/admin/login/")
        visitor.speak(language)
        if signed_in:
            visitor.sign_in()
            visitor.speak(language)
        return visitor

    yield enter
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, fetched once by npm into var/; without npm or network its tests are skipped."""
    folder = ROOT / "var" / "npm"
    script = folder / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("axe: no npm")
        folder.mkdir(parents=True, exist_ok=True)
        command = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts", AXE]
        done = subprocess.run(command, capture_output=True, text=True, timeout=90)
        if done.returncode:
            pytest.skip(f"axe: npm could not fetch it: {done.stderr[-200:]}")
    return script.read_text()
