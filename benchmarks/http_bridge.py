"""Requests per second of one daphne process: the bridge beside a2wsgi and Django's own ASGI handler.

    python -m benchmarks.http_bridge --seconds 3 --rounds 3 --clients 1 16 64 256

The servers run in turn, round after round; the table shows medians and the ratio of the bridge to each.
a2wsgi is not a dependency of the project: it is measured when it can be imported (PYTHONPATH).
"""

import argparse
import asyncio
import importlib.util
import os
import secrets
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

SERVERS = ("bridge", "a2wsgi", "django-asgi", "bare-asgi")
THREADS = 8


def _configure() -> None:
    from django.conf import settings
    from django.http import HttpRequest, HttpResponse
    from django.urls import path

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(b'{"success": true}', content_type="application/json")

    def sync_middleware(get_response: Any) -> Any:
        return lambda request: get_response(request)

    globals().update(urlpatterns=[path("", view)], sync_middleware=sync_middleware)
    django_ones = ["security.SecurityMiddleware", "common.CommonMiddleware"]
    stock = ["django.middleware." + name for name in django_ones]
    settings.configure(
        ROOT_URLCONF=__name__,
        ALLOWED_HOSTS=["*"],
        SECRET_KEY=secrets.token_urlsafe(48),
        MIDDLEWARE=[*stock, *[__name__ + ".sync_middleware"] * int(os.environ["BENCH_SYNC_MIDDLEWARE"])],
    )


def _bridge() -> Any:
    from django.core.wsgi import get_wsgi_application

    from core.bridge import HttpBridge, Limits, guard_daphne

    bridge = HttpBridge(get_wsgi_application(), limits=Limits(threads=THREADS, backlog=1024))
    guard_daphne(bridge)
    return bridge


def _a2wsgi() -> Any:
    from a2wsgi import WSGIMiddleware
    from django.core.wsgi import get_wsgi_application

    return WSGIMiddleware(get_wsgi_application(), workers=THREADS)


def _django_asgi() -> Any:
    from django.core.asgi import get_asgi_application

    return get_asgi_application()


async def _bare(scope: Any, receive: Any, send: Any) -> None:
    """Answer at once: the cost of daphne with nothing behind it."""
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"17")]})
    await send({"type": "http.response.body", "body": b'{"success": true}'})


BUILD: dict[str, Callable[[], Any]] = {
    "bridge": _bridge, "a2wsgi": _a2wsgi, "django-asgi": _django_asgi, "bare-asgi": lambda: _bare,
}  # fmt: skip

if "BENCH_SERVER" in os.environ:
    _configure()
    application = BUILD[os.environ["BENCH_SERVER"]]()


class Client(asyncio.Protocol):
    """One keep-alive connection, one request in flight."""

    REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\nAccept-Language: ar\r\n\r\n"

    def __init__(self) -> None:
        self.answers = self.failures = 0

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        transport.write(self.REQUEST)

    def data_received(self, data: bytes) -> None:
        if b'{"success": true}' in data:
            self.answers += 1
            self._transport.write(self.REQUEST)
        elif not data.startswith(b"HTTP/1.1 200"):
            self.failures += 1


async def load(port: int, clients: int, seconds: float) -> float:
    """Requests per second that this many clients got answered."""
    loop = asyncio.get_running_loop()
    made = [await loop.create_connection(Client, "127.0.0.1", port) for _ in range(clients)]
    await asyncio.sleep(0.5)
    before, begun = sum(client.answers for _, client in made), time.perf_counter()
    await asyncio.sleep(seconds)
    rate = (sum(client.answers for _, client in made) - before) / (time.perf_counter() - begun)
    failures = sum(client.failures for _, client in made)
    for transport, _ in made:
        transport.abort()
    if failures:
        print(f"  {failures} answers were not 200", flush=True)
    return rate


def measure(server: str, options: argparse.Namespace, clients: int) -> float:
    """Start a daphne, load it, end it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "BENCH_SERVER": server, "BENCH_SYNC_MIDDLEWARE": str(options.sync_middleware)}
    process = subprocess.Popen(
        [sys.executable, "-m", "daphne", "-v", "0", "--access-log", os.devnull, "-p", str(port),
         "benchmarks.http_bridge:application"],
        env=environment, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        until = time.monotonic() + 15
        while socket.socket().connect_ex(("127.0.0.1", port)) and time.monotonic() < until:
            time.sleep(0.05)
        return asyncio.run(load(port, clients, options.seconds))
    finally:
        process.kill()
        process.wait()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 16, 64, 256])
    parser.add_argument("--sync-middleware", type=int, default=0, help="how many sync-only middleware to add")
    options = parser.parse_args()
    servers = [name for name in SERVERS if name != "a2wsgi" or importlib.util.find_spec("a2wsgi")]
    print("clients  " + "".join(f"{name:>14}" for name in servers) + "   bridge / each")
    for clients in options.clients:
        rates: dict[str, list[float]] = {name: [] for name in servers}
        for _ in range(options.rounds):
            for name in servers:
                rates[name].append(measure(name, options, clients))
        medians = {name: statistics.median(found) for name, found in rates.items()}
        ratios = "  ".join(f"{medians['bridge'] / medians[name]:.2f}" for name in servers)
        print(f"{clients:>7}  " + "".join(f"{medians[name]:>14.0f}" for name in servers) + "   " + ratios, flush=True)


if __name__ == "__main__":
    main()
