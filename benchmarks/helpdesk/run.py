"""django-helpdesk from PyPI in a virtualenv of its own, on our PostgreSQL, under gunicorn with two workers."""

from __future__ import annotations

import base64
import json
import os
import random
import secrets
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.ground import Ground
from benchmarks.web import free_port, rate, times, wait_for

HERE = Path(__file__).resolve().parent
NEEDED = ("django-helpdesk==2.6.1", "psycopg[binary]", "gunicorn")
NOT_PASSED_ON = {"DJANGO_SETTINGS_MODULE", "VIRTUAL_ENV"}
CLIENTS = 2
RARE, COMMON = "زمردة فيروزية", "تأخر الشحن"


class Helpdesk:
    """The running peer; `measure` is one round of it."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.home = ground.layout.data_dir / "helpdesk"
        self.python = self.home / "venv" / "bin" / "python"
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON},
            "PEER_PGHOST": str(ground.layout.socket_dir), "PEER_MEDIA": str(self.home / "media"),
            "PEER_SECRET_KEY": secrets.token_urlsafe(48),
            "DJANGO_SETTINGS_MODULE": "settings", "PYTHONPATH": str(HERE), "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip

    def __enter__(self) -> Helpdesk:
        if not self.python.exists():
            self.home.mkdir(parents=True, exist_ok=True)
            subprocess.run([sys.executable, "-m", "venv", self.home / "venv"], check=True)
            subprocess.run([self.python, "-m", "pip", "-q", "install", *NEEDED], check=True)
        there = self.ground.floor.execute("select 1 from pg_database where datname = 'helpdesk'").fetchone()
        if there is None:
            self.ground.floor.execute("create database helpdesk")
        size = [str(self.ground.size.tickets), str(self.ground.size.messages)]
        filled = subprocess.run(
            [self.python, HERE / "fill.py", *size], env=self.environment, capture_output=True, text=True
        )
        if filled.returncode:
            raise RuntimeError(filled.stderr[-2000:])
        self.known = json.loads(filled.stdout.strip().splitlines()[-1])
        self.port = free_port()
        self.server = subprocess.Popen(
            [self.python, "-m", "gunicorn", "django.core.wsgi:get_wsgi_application()", "-w", "2", "-k", "gthread",
             "--threads", "2", "--keep-alive", "75", "-b", f"127.0.0.1:{self.port}", "--timeout", "120",
             "--log-level", "error"],
            env=self.environment, cwd=HERE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wait_for(self.port)
        return self

    def __exit__(self, *_: Any) -> None:
        self.server.terminate()
        self.server.wait(20)

    def measure(self) -> dict[str, float]:
        """One round, named as ours are."""
        from benchmarks.peers import p50, p95

        count = max(3, self.ground.size.requests // 4)
        created = rate([self.port], self._create(), CLIENTS, self.ground.size.seconds)
        lists = {"H2 open": self._list("", [1, 2]), "H2 all": self._list("")}
        finds = {"H3 rare": self._list(RARE), "H3 common": self._list(COMMON)}
        slow = {name: p95(times(self.port, make, count, warm=1)) for name, make in (lists | finds).items()}
        page = p50(
            times(
                self.port, lambda: self._ask("GET", f"/tickets/{random.randint(1, self.ground.size.tickets)}/"), count
            )
        )
        # Seconds each: a few tell enough.
        shown = {"H5 dashboard": "/dashboard/", "H5 report": "/reports/daysuntilticketclosedbymonth/"}
        whole = {name: p50(times(self.port, self._page(path), 3, warm=1)) for name, path in shown.items()}
        return {"H1": created, **slow, "H4": page, **whole}

    def _page(self, path: str) -> Callable[[], bytes]:
        return lambda: self._ask("GET", path)

    def _ask(self, method: str, path: str, body: bytes = b"") -> bytes:
        cookies = f"sessionid={self.known['session']}; csrftoken={self.known['csrf']}"
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\nCookie: {cookies}\r\n"
        head += f"X-CSRFToken: {self.known['csrf']}\r\n"
        if body:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        return f"{head}\r\n".encode() + body

    def _list(self, search: str, status: list[int] | None = None) -> Callable[[], bytes]:
        """Return what the page of its list asks for."""
        asked = {"filtering": {"status__in": status} if status else {}, "filtering_null": {}, "search_string": search}
        query = base64.b64encode(json.dumps({**asked, "sorting": "created", "sortreverse": "desc"}).encode()).decode()
        return lambda: self._ask("GET", f"/datatables_ticket_list/{query}?draw=1&start=0&length=25")

    def _create(self) -> Callable[[], bytes]:
        ticket = {"queue": self.known["queue"], "title": "تذكرة جديدة", "description": "وصف المشكلة " * 10}
        body = json.dumps({**ticket, "submitter_email": "c1@x.test", "priority": 3, "status": 1}).encode()
        return lambda: self._ask("POST", "/api/tickets/", body)
