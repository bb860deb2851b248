"""`manage.py up`: the whole system in one command, with a PostgreSQL and a Valkey of its own when no URLs are given."""

import http.client
import io
import socket
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from backoffice.demo.people import PASSWORD, SIGN_INS
from config.embedded import EmbeddedError, Services, ServicesBusy
from config.embedded.output import Output
from config.embedded.supervisor import Child, Stopped, Supervisor

FIRST_POLL_SECONDS = 0.3
LONGEST_POLL_SECONDS = 5.0
# The children write into a pipe, but what they write ends where our own output goes. Celery's long warning about
# root says nothing useful of a trial in a container.
ENVIRONMENT = {"LOG_FORMAT": settings.LOG_FORMAT, "PYTHONWARNINGS": "ignore:::celery.platforms"}


class Command(BaseCommand):
    help = (
        "Runs everything: embedded PostgreSQL and Valkey (when DATABASE_URL or REDIS_URL are not set), migrations, "
        "the web server, a worker and the timer. Ctrl-C stops it. "
        "Environment: PORT (3000), HOST (127.0.0.1), DATA_DIR (var), DEMO (1 for demo data)."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.HOST, help="the address to listen on (HOST)")
        parser.add_argument("--port", default=settings.PORT, type=int, help="the port to listen on (PORT)")

    def handle(self, *args: Any, **options: Any) -> None:
        begun = time.monotonic()
        host, port = options["host"], options["port"]
        try:
            services = _claim()
            _check_port(host, port)
            supervisor = Supervisor(services, [], Output(sys.stdout), cwd=settings.BASE_DIR)
            supervisor.environment |= {**ENVIRONMENT, "HOST": host, "PORT": str(port)}
            supervisor.listen()
            try:
                _prepare(supervisor)
                supervisor.children = _children(host, port)
                supervisor.run(_Announcement(supervisor.output.say, host, port, begun))
            except Stopped:
                supervisor.output.say("stopping")
            finally:
                supervisor.stop()
            supervisor.output.say("stopped")
        except EmbeddedError as error:
            raise CommandError(str(error)) from error


def _claim() -> Services:
    """The services of DATA_DIR, ours alone. Raises CommandError naming the process that has them already."""
    wanted = settings.EMBEDDED
    services = Services(settings.DATA_DIR, database=wanted["database"], redis=wanted["redis"])
    try:
        services.claim()
    except ServicesBusy as busy:
        raise CommandError(
            f"{busy} A second start is refused: stop that process first, or set another DATA_DIR and PORT."
        ) from busy
    return services


def _check_port(host: str, port: int) -> None:
    """Raises CommandError when nobody could listen there, before anything is started."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as error:
            raise CommandError(
                f"Port {port} on {host} cannot be used: {error.strerror}. Choose another, for example PORT={port + 1}."
            ) from error


def _prepare(supervisor: Supervisor) -> None:
    """Brings stores, schema, texts and files to where the programs can run."""
    say = supervisor.output.say
    if any(settings.EMBEDDED.values()):
        say(f"starting PostgreSQL and Valkey in {settings.DATA_DIR}")
    supervisor.services.start()
    call_command("compile_messages", stdout=io.StringIO())
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    if not settings.WHITENOISE_USE_FINDERS:
        call_command("collectstatic", interactive=False, verbosity=0)
    supervisor.step("migrate", [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity=0"])
    if settings.DEMO:
        say("making the demo data; the first time takes a moment")
        supervisor.step("demo", [sys.executable, "manage.py", "demo"])


def _children(host: str, port: int) -> list[Child]:
    """The programs of the Procfile, in the order in which they stop."""
    celery = [sys.executable, "-m", "celery", "--quiet", "-A", "config"]
    quiet = ["--without-gossip", "--without-mingle"]
    daphne = [sys.executable, "-m", "daphne", "-v", "0", "-b", host, "-p", str(port)]
    # A frame somewhat too large is answered; far beyond that the connection ends before it is read.
    largest = str(2 * settings.REALTIME["frame_bytes"])
    frames = ["--websocket-max-message-size", largest, "--websocket-max-frame-size", largest]
    return [
        Child("web", [*daphne, *frames, "config.asgi:application"]),
        Child("worker", [*celery, "worker", f"--concurrency={settings.WORKER_PROCESSES}", *quiet]),
        Child("beat", [*celery, "beat", "--scheduler=config.beat:Scheduler"]),
    ]


class _Announcement:
    """Says once, when the web server first answers, where it is and how to sign in."""

    def __init__(self, say: Callable[[str], None], host: str, port: int, begun: float) -> None:
        self.say = say
        self.begun = begun
        self.host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
        self.port = port
        self.done = False
        self.due = 0.0
        self.interval = FIRST_POLL_SECONDS
        self.people = SIGN_INS if settings.DEMO else ()

    def __call__(self) -> None:
        now = time.monotonic()
        if self.done or now < self.due:
            return
        self.interval = min(self.interval * 1.2, LONGEST_POLL_SECONDS)
        self.due = now + self.interval
        self.done = self._answers()
        if self.done:
            self._announce()

    def _announce(self) -> None:
        address = f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"
        self.say(f"Ready after {time.monotonic() - self.begun:.0f} s: {address}/   back office: {address}/admin/")
        if self.people:
            self.say(f"Sign-ins, password {PASSWORD}:")
        for person in self.people:
            self.say(f"  {person.email}")
        self.say("Ctrl-C stops everything.")

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=1)
        try:
            connection.request("GET", "/health/ready")
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
