"""The ground of every measurement: services in a folder of their own, tickets in it, and the floor beside them."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FLOOR = Path(__file__).resolve().parent / "floor"
UNLIMITED = "1000000000/minute"
RATES = ("READ", "WRITE", "STAFF_READ", "STAFF_WRITE", "ADDRESS")


@dataclass(frozen=True)
class Size:
    """How much data, how long, how often; chosen by name."""

    tickets: int
    messages: int
    seconds: float
    rounds: int
    requests: int


SIZES = {
    "ci": Size(tickets=1_500, messages=2, seconds=0.5, rounds=1, requests=5),
    "default": Size(tickets=100_000, messages=4, seconds=4, rounds=3, requests=40),
    "full": Size(tickets=1_000_000, messages=4, seconds=5, rounds=5, requests=60),
}


@contextmanager
def ground(data_dir: Path, size: Size, *, hurried: bool = False) -> Iterator[Ground]:
    """Services, migrations and data; Django is set up when it yields."""
    with services(data_dir):
        if hurried:
            hurry(data_dir)
        made = Ground(data_dir, size)
        made.prepare()
        try:
            yield made
        finally:
            made.close()


@contextmanager
def services(data_dir: Path) -> Iterator[None]:
    """PostgreSQL and Valkey with their data in this folder; Django is set up when it yields."""
    from config.embedded import running

    sys.path.insert(0, str(ROOT))
    given = {"DATA_DIR": str(data_dir), "DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "ERROR"}
    # The measured machine is ours alone: no limits, no time-outs for large seeds.
    given |= {f"RATE_{name}": UNLIMITED for name in RATES}
    os.environ.update(given)
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    data_dir.mkdir(parents=True, exist_ok=True)
    with running(data_dir):
        import django

        django.setup()
        yield


class Ground:
    """The databases of both sides, and how to ask them."""

    def __init__(self, data_dir: Path, size: Size) -> None:
        from config.embedded.layout import Layout

        self.size = size
        self.layout = Layout.of(data_dir)
        self._floor: Any = None
        self.last = 0  # the id of the last ticket that was seeded

    def prepare(self) -> None:
        """Migrate, and seed what is missing; data that is much too large is refused."""
        from django.core.management import call_command

        from tickets.models import Ticket

        call_command("migrate", verbosity=0, interactive=False)
        there = Ticket.objects.count()
        if there > 1.5 * self.size.tickets + 20_000:
            raise SystemExit(f"{self.layout.data_dir} holds {there} tickets; remove it, or name another by --data.")
        if there < self.size.tickets:
            missing = self.size.tickets - there
            call_command("seed", tickets=missing, messages=self.size.messages, yes=True, stdout=sys.stderr)
        if not self._floor_fits(there >= self.size.tickets):
            begun = time.monotonic()
            self._build_floor()
            print(f"{time.monotonic() - begun:6.1f} s  the floor", file=sys.stderr, flush=True)
        self.last = self.floor.execute("select max(id) from floor.ticket where number not like 'F-%'").fetchone()[0]
        self.settle()

    def settle(self) -> None:
        """Start each measurement with statistics and empty pending lists."""
        for name in ("tickets_ticket", "tickets_message", "floor.ticket", "floor.message"):
            self.floor.execute(f"vacuum (analyze) {name}")
        self.floor.execute("checkpoint")

    @property
    def floor(self) -> Any:
        """A connection for SQL written by hand."""
        if self._floor is None:
            import psycopg

            self._floor = psycopg.connect(self.layout.urls().database_superuser, autocommit=True)
            self._floor.execute("set search_path = floor, public")
            self._floor.prepare_threshold = 1
        return self._floor

    def _floor_fits(self, seeded: bool) -> bool:
        """Return whether the floor stands, made by this very file of SQL from these tickets."""
        found = self.floor.execute("select obj_description(to_regnamespace('floor'), 'pg_namespace')").fetchone()[0]
        return bool(seeded and found == _digest())

    def _build_floor(self) -> None:
        self.floor.execute("set maintenance_work_mem = '512MB'")
        self.floor.execute((FLOOR / "schema.sql").read_text())
        self.floor.execute(f"comment on schema floor is '{_digest()}'")

    def pgbench(self, script: str, connections: int) -> float:
        """Transactions per second of a floor script."""
        from config.embedded.postgres import wheel_binaries

        texts = self.floor.execute("select count(*) from floor.text").fetchone()[0]
        count = ["-c", str(connections), "-j", str(connections), "-D", f"texts={texts}"]
        seconds = str(max(1, round(self.size.seconds)))
        done = subprocess.run(
            [wheel_binaries() / "pgbench", "-n", "-M", "prepared", "-h", str(self.layout.socket_dir), "-U", "postgres",
             *count, "-T", seconds, "-f", FLOOR / script, "support"],
            capture_output=True, text=True,
        )  # fmt: skip
        found = re.search(r"tps = ([\d.]+)", done.stdout)
        if done.returncode or not found:
            raise RuntimeError(done.stderr[-1000:])
        return float(found[1])

    def close(self) -> None:
        """Take away what was written, on both sides, so that the next run starts alike."""
        with self.floor.transaction():
            # Every table in question is emptied of the same tickets, so that no key is left without its row.
            self.floor.execute("set local session_replication_role = replica")
            for table in ("tickets_message", "tickets_change", "tickets_imported"):
                self.floor.execute(f"delete from public.{table} where ticket_id > %s", [self.last])
            self.floor.execute("delete from public.tickets_ticket where id > %s", [self.last])
            self.floor.execute("delete from floor.message where ticket_id > %s", [self.last])
            self.floor.execute("delete from floor.ticket where id > %s", [self.last])
            self.floor.execute("truncate floor.audit, floor.outbox")
        self.floor.close()


def _digest() -> str:
    return hashlib.sha256((FLOOR / "schema.sql").read_bytes()).hexdigest()[:16]


def hurry(data_dir: Path) -> None:
    """Give us and our services a larger share of a machine that others use too; needs root, else nothing happens.

    Linux weighs sessions against each other, and niceness only within one.
    """
    from config.embedded.layout import Layout

    pids = [os.getpid()]
    with suppress(OSError):
        pids.append(int((Layout.of(data_dir).cluster / "postmaster.pid").read_text().split()[0]))
    favour(pids)


def favour(pids: Sequence[int]) -> None:
    """Weigh these processes, and what they start from now on, above others."""
    for pid in pids:
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, pid, -15)
        with suppress(OSError):
            Path(f"/proc/{pid}/autogroup").write_text("-15")
