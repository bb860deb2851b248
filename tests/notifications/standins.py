"""Real local servers that stand in for SMTP, Firebase and Unifonic; each can be told to misbehave."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from aiosmtpd.controller import Controller
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


@dataclass
class Smtp:
    """Hold what a mail server got; `answer` says what it answers to the content of each message."""

    mails: list[Message] = field(default_factory=list)
    answer: Callable[[Message], str] = lambda message: "250 OK"
    port: int = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address.startswith("refused"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message = message_from_bytes(envelope.content)
        answer = self.answer(message)
        if answer.startswith("2"):
            self.mails.append(message)
        if answer == "lost":
            self.mails.append(message)
            server.transport.close()
        return answer


@contextmanager
def smtp_server() -> Iterator[Smtp]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        smtp = Smtp(port=free.getsockname()[1])
    controller = Controller(smtp, hostname="127.0.0.1", port=smtp.port, ready_timeout=10)
    controller.start()
    try:
        yield smtp
    finally:
        controller.stop()


@dataclass
class Web:
    """Hold what a provider was asked; `answer` gives (status, headers, body) for each request after its sign-in."""

    requests: list[Any] = field(default_factory=list)
    answer: Callable[[Any], tuple[int, dict[str, str], Any]] = lambda request: (200, {}, {})
    url: str = ""


@contextmanager
def web_server(answer: Callable[[Any], tuple[int, dict[str, str], Any]]) -> Iterator[Web]:
    """Take JSON, forms and what is encrypted for browsers; `/token` signs anybody in, as Google's does."""
    web = Web(answer=answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.headers.get("Content-Encoding") == "aes128gcm":
                web.requests.append((self.path, dict(self.headers), content))
                return self.reply(*web.answer(content))
            raw = content.decode()
            if self.path == "/token":
                return self.reply(200, {}, {"access_token": "standin", "expires_in": 3600, "token_type": "Bearer"})
            as_json = self.headers.get("Content-Type", "").startswith("application/json")
            request = json.loads(raw) if as_json else {name: value for name, [value] in parse_qs(raw).items()}
            web.requests.append(request)
            return self.reply(*web.answer(request))

        def reply(self, status: int, headers: dict[str, str], content: Any) -> None:
            body = content.encode() if isinstance(content, str) else json.dumps(content).encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    web.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()


def service_account(folder: Path, url: str) -> str:
    """Write the file of a service account whose sign-in is at `url`; return its path."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    account = {
        "type": "service_account",
        "project_id": "standin",
        "private_key_id": "1",
        "private_key": pem,
        "client_email": "standin@standin.iam.gserviceaccount.com",
        "client_id": "1",
        "token_uri": f"{url}/token",
    }
    path = folder / f"account-{time.monotonic_ns()}.json"
    path.write_text(json.dumps(account))
    return str(path)
