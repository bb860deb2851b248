"""A shop at another origin, and the help center whose widget it carries."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.realtime.servers import Web

DOC = Path(__file__).resolve().parents[2] / "docs" / "widget.md"
HTML = re.compile(r"```html\n(.*?)```", re.DOTALL)


class Shop(http.server.BaseHTTPRequestHandler):
    """The page of docs/widget.md at another origin, as it stands, and a browser that guards scripts as well."""

    help_site = ""

    def do_GET(self) -> None:
        language = self.path.strip("/") or "en"
        page = HTML.findall(DOC.read_text())[1].replace("https://help.example.com", self.help_site)
        page = page.replace("wss://help.example.com", self.help_site.replace("http", "ws"))
        if language == "en":
            page = page.replace('lang="ar" dir="rtl"', 'lang="en" dir="ltr"')
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", "require-trusted-types-for 'script'")
        self.end_headers()
        self.wfile.write(page.encode())

    def log_message(self, *words: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def help_site(django_db_setup: None, shop: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    files = str(tmp_path_factory.mktemp("files"))
    web = Web(
        DEBUG="0",
        CORS_ALLOWED_ORIGINS=shop,
        DATA_DIR=files,
        SECRET_KEY=settings.SECRET_KEY,
        CHAT_READ_SECONDS="0",
        RATE_GUEST="1000/hour",
    )
    web.environment["SITE_URL"] = Shop.help_site = web.site
    with web.start():
        yield web
