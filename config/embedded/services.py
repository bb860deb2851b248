"""Both services together: owned by one process of a data folder, used by the others."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from config.embedded.errors import EmbeddedError, ServicesBusy
from config.embedded.layout import Layout
from config.embedded.lock import FileLock
from config.embedded.postgres import Postgres
from config.embedded.valkey import Valkey

WAIT_SECONDS = 90.0
CLAIM_SECONDS = 1.0


class Services:
    """The wanted services of one data folder, owned by this process from `start` to `stop`."""

    def __init__(
        self,
        data_dir: Path,
        *,
        database: bool = True,
        redis: bool = True,
        tests: bool = False,
        postgres_binaries: Path | None = None,
    ) -> None:
        self.layout = Layout.of(data_dir)
        self.layout.make()
        self.lock = FileLock(self.layout.data_dir / "services.lock")
        self.users = FileLock(self.layout.data_dir / "users.lock")
        self.wanted: list[Valkey | Postgres] = []
        if redis:
            self.wanted.append(Valkey(self.layout))
        if database:
            self.wanted.append(Postgres(self.layout, tests=tests, binaries=postgres_binaries))

    def claim(self, patience: float = CLAIM_SECONDS) -> None:
        """Takes ownership of the data folder without starting anything. Raises ServicesBusy naming the owner.

        Tries for `patience` seconds: somebody may just be looking whether the folder is free, or be ending.
        """
        deadline = time.monotonic() + patience
        while not self.lock.acquire():
            if time.monotonic() < deadline:
                time.sleep(0.02)
                continue
            owner = self.lock.read_owner()
            raise ServicesBusy(f"{self.layout.data_dir} is in use by {owner}.", owner.pid)
        self.lock.write_owner(ready=False)

    def start(self) -> None:
        """Claims the folder and starts what is wanted; on failure nothing is left running."""
        self.claim()
        # Again now that it is ours: the owner before may just have removed the folder of the sockets.
        self.layout.make()
        try:
            for service in self.wanted:
                service.start()
        except BaseException:
            self.stop()
            raise
        self.lock.write_owner(ready=True)

    def stop(self) -> None:
        """Stops the services in the order Valkey, PostgreSQL, and gives the folder up."""
        for service in self.wanted:
            service.stop()
        with suppress(OSError):
            self.layout.socket_dir.rmdir()
        self.lock.release()

    def revive(self) -> list[str]:
        """Starts again what has died; answers the names of what was started."""
        dead = [service for service in self.wanted if not service.alive]
        for service in dead:
            service.start()
        return [service.name for service in dead]

    def use(self) -> bool:
        """Joins services that another process runs; False when they are not (or no longer) there to be used."""
        if not self.users.acquire(shared=True):
            return False
        if self.lock.read_owner().ready and not self._free():
            return True
        self.users.release()
        return False

    def wait_for_users(self) -> None:
        """Returns when no other process uses our services, saying what it waits for."""
        if self.users.acquire():
            return
        print("Other commands still use the database that this one started; waiting for them to end.", file=sys.stderr)
        self.users.acquire(wait=True)

    def _free(self) -> bool:
        """Return whether nobody owns the folder."""
        probe = FileLock(self.lock.path)
        free = probe.acquire()
        probe.release()
        return free


@contextmanager
def running(data_dir: Path, *, database: bool = True, redis: bool = True) -> Iterator[None]:
    """The services for the duration of a block: those already running, else our own, stopped afterwards.

    Raises EmbeddedError when they cannot start, ServicesBusy when their owner neither gets ready nor lets go.
    """
    services = Services(data_dir, database=database, redis=redis)
    if _use_or_start(services) == "used":
        try:
            yield
        finally:
            services.users.release()
        return
    try:
        yield
    finally:
        try:
            services.wait_for_users()
        finally:
            services.stop()
            services.users.release()


def _use_or_start(services: Services) -> str:
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        if services.use():
            return "used"
        try:
            services.start()
        except ServicesBusy as busy:
            if time.monotonic() > deadline:
                raise EmbeddedError(f"{busy} It is neither ready nor ending; end it and try again.") from busy
            time.sleep(0.05)
        else:
            return "started"
