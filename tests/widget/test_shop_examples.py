"""docs/widget.md: the shop's server in Python, Node and PHP, each run as it stands against the help center."""

from __future__ import annotations

import json
import os
import queue
import re
import shutil
import socket
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests

from accounts.operations import create_server_key
from tests.api import Api, data
from tests.client import Client

pytestmark = pytest.mark.django_db
DOC = Path(__file__).resolve().parents[2] / "docs" / "widget.md"
NODE_SHOP = """
const routes = {};
const app = { post(path, handler) { routes[path] = handler; } };
%s
const server = (await import("node:http")).createServer((raw, out) => routes[raw.url](
  { user: raw.headers.cookie ? { email: "sara@shop.example", name: "سارة" } : null, get: (name) => raw.headers[name.toLowerCase()] },
  { sendStatus: (code) => out.writeHead(code).end(), json: (body) => out.end(JSON.stringify(body)) },
));
server.listen(Number(process.env.PORT), "127.0.0.1");
"""  # noqa: E501
PHP_SHOP = """<?php
session_start();
if (isset($_SERVER['HTTP_COOKIE'])) { $_SESSION['user'] = ['email' => 'sara@shop.example', 'name' => 'سارة']; }
session_write_close();
%s
"""


class HelpCenter:
    """An address at which the test itself answers, in its own transaction."""

    def __init__(self) -> None:
        self.asked: queue.Queue[tuple[str, bytes, queue.Queue[Any]]] = queue.Queue()

    def answer(self) -> None:
        """Answer the next request."""
        path, body, answers = self.asked.get(timeout=20)
        answers.put(Client().post(path, body, content_type="application/json"))


@pytest.fixture
def help_center() -> Iterator[tuple[HelpCenter, str]]:
    center = HelpCenter()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answers: queue.Queue[Any] = queue.Queue()
            center.asked.put((self.path, self.rfile.read(int(self.headers["Content-Length"])), answers))
            answer = answers.get(timeout=20)
            self.send_response(answer.status_code)
            self.send_header("Content-Type", answer.headers["Content-Type"])
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *words: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield center, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def example(language: str, address: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", DOC.read_text().split("# Signing a customer in")[1], re.DOTALL)
    assert found
    return found[1].replace("https://help.example.com", address)


Ask = Callable[[dict[str, str]], tuple[int, Any]]


@contextmanager
def python_shop(address: str, secret: str, folder: Path) -> Iterator[Ask]:
    """A stand-in for Flask's names around the function of the page."""
    views: dict[str, Any] = {}
    here = threading.local()

    def abort(status: int) -> None:
        raise PermissionError(status)

    names = {
        "app": SimpleNamespace(post=lambda path: lambda view: views.setdefault(path, view)),
        "current_user": SimpleNamespace(is_authenticated=True, email="sara@shop.example", name="سارة"),
        "request": here,
        "requests": requests,
        "abort": abort,
        "os": SimpleNamespace(environ={"SUPPORT_SECRET": secret}),
    }
    exec(example("python", address), names)

    def ask(headers: dict[str, str]) -> tuple[int, Any]:
        here.headers = headers
        names["current_user"].is_authenticated = "Cookie" in headers  # type: ignore[attr-defined]
        try:
            return 200, views["/support-token"]()
        except PermissionError as refusal:
            return refusal.args[0], None

    yield ask


@contextmanager
def process_shop(command: list[str], secret: str, port: int) -> Iterator[Ask]:
    environment = {**os.environ, "SUPPORT_SECRET": secret, "PORT": str(port)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until_open(process, port)
        yield lambda headers: asked(f"http://127.0.0.1:{port}/support-token", headers)
    finally:
        process.terminate()
        process.wait(10)


def wait_until_open(process: subprocess.Popen[bytes], port: int) -> None:
    while process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
            return
    raise AssertionError(f"The shop ended with {process.returncode}.")


def asked(address: str, headers: dict[str, str]) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(urllib.request.Request(address, b"", headers), timeout=20) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as refusal:
        return refusal.code, None


@contextmanager
def shop(language: str, address: str, secret: str, folder: Path) -> Iterator[Ask]:
    if language == "python":
        with python_shop(address, secret, folder) as ask:
            yield ask
        return
    program = {"js": "node", "php": "php"}[language]
    if not shutil.which(program):
        pytest.skip(f"{program} is not installed")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    file = folder / {"js": "shop.mjs", "php": "shop.php"}[language]
    file.write_text({"js": NODE_SHOP, "php": PHP_SHOP}[language] % example(language, address))
    command = [program, str(file)] if program == "node" else [program, "-S", f"127.0.0.1:{port}", str(file)]
    with process_shop(command, secret, port) as ask:
        yield ask


@pytest.mark.parametrize("language", ["python", "js", "php"])
def test_the_shops_server_of_the_page_signs_its_customer_in_and_nobody_else(help_center, tmp_path, language):
    center, address = help_center
    secret = create_server_key("Shop", by=None).secret
    mine = {"Cookie": "PHPSESSID=a1", "X-Requested-With": "SupportWidget"}
    with shop(language, address, secret, tmp_path) as ask, ThreadPoolExecutor(1) as pool:
        for missing in mine:
            assert ask({name: value for name, value in mine.items() if name != missing})[0] == 401
        waiting = pool.submit(ask, mine)
        center.answer()
        status, answer = waiting.result(20)
    assert status == 200
    me = data(Api(token=answer["token"]).get("/auth/me"))
    assert (me["email"], me["name"]) == ("sara@shop.example", "سارة")
