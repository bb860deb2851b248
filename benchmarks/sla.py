"""F8 and the edit of a policy: the SLA monitor and the refresh over many open tickets.

    python -m benchmarks.sla                          100,000 open tickets
    python -m benchmarks.sla --open 1000000 --only F8
    python -m benchmarks.sla --size ci                small, to see that it works

Data lives in var/bench-sla-<open>, made once by generate_series and used again. Prints a table and writes
benchmarks/results/*.json.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.ground import FLOOR, ROOT, Ground, Size, hurry, services
from benchmarks.sla_data import HOURS, OpenTickets, promise
from benchmarks.table import RESULTS, Row, save, show

SIZES = {"ci": (2_000, 50, 1), "default": (100_000, 500, 3)}
"""Open tickets, those that are due in a round, rounds."""
LEAST = (FLOOR / "sweep.sql").read_text()
SAME_WORK = (FLOOR / "sweep_same_work.sql").read_text()


def main(arguments: list[str]) -> int:
    """Measure what was asked for; 0 when it could be measured, whatever the ratios."""
    options = _read(arguments)
    count, due, rounds = SIZES[options.size]
    count, rounds = options.open or count, options.rounds or rounds
    data = (options.data or ROOT / "var" / f"bench-sla-{count}").resolve()
    rows: list[Row] = []
    os.environ["SLA_STUCK_HOURS"] = "8760"
    with services(data):
        if options.hurry:
            hurry(data)
        tickets = OpenTickets(Ground(data, Size(count, 1, 1.0, rounds, 1)))
        try:
            tickets.prepare()
            if "F8" in options.only:
                rows += sweep(tickets, due, rounds)
            if "F8w" in options.only:
                rows += edit(tickets, rounds)
        finally:
            tickets.floor.close()
    print(show(rows))
    path = save(rows, {"open": count, "due": due, "size": options.size}, options.results)
    print(f"\nWritten to {path}")
    return 0


def _read(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "benchmarks.sla", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--size", choices=list(SIZES), default="default")
    parser.add_argument("--open", type=int, help="another number of open tickets")
    parser.add_argument("--rounds", type=int, help="another number of rounds; medians are shown")
    parser.add_argument("--only", nargs="+", choices=("F8", "F8w"), default=["F8", "F8w"])
    parser.add_argument("--hurry", action="store_true", help="take a larger share of a busy machine (root)")
    parser.add_argument("--data", type=Path, help="where data is kept (var/bench-sla-<open>)")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where figures are written as JSON")
    return parser.parse_args(arguments)


def sweep(tickets: OpenTickets, due: int, rounds: int) -> list[Row]:
    """F8, F8s: the monitor's round over what is due, beside the least that SQL can do, and the same work in SQL."""
    ours, least, same, read = [], [], [], []
    for _ in range(rounds):
        ids = tickets.make_due(due)
        least.append(due / _seconds(lambda: tickets.floor.execute(LEAST, [due])))
        same.append(due / _seconds(lambda: tickets.floor.execute(SAME_WORK, {"most": due, "hours": HOURS})))
        tickets.check_told_once(ids)
        ids, before = tickets.make_due(due), tickets.rows_read()
        ours.append(due / _seconds(lambda: _monitor(due)))
        read.append((tickets.rows_read() - before) / due)
        tickets.check_told_once(ids)
    what = f"SLA sweep, {due} due of {tickets.count:,} open"
    return [
        Row("F8", f"{what}, clocks told with audit and outbox, against tables without rules", "/s", ours, least),
        Row("F8s", f"{what}, against SQL that writes the same rows", "/s", ours, same),
        Row("F8r", f"{what}, rows of tickets read for one that is due", "", read, []),
    ]


def edit(tickets: OpenTickets, rounds: int) -> list[Row]:
    """F8w: milliseconds of opening a ticket while all open ones follow an edited policy, beside the same alone."""
    from tickets.sla.refresh import progress

    alone: list[list[float]] = []
    meanwhile: list[list[float]] = []
    speed, seen = [], []
    for number in range(rounds):
        alone.append(_write(5.0))
        promise((HOURS + 1 + number % 2) * 60)
        begun, left = time.perf_counter(), progress().left
        worker = subprocess.Popen([sys.executable, "-m", "benchmarks.sla_refresh"], cwd=ROOT)
        meanwhile.append(_write(600.0, worker, lambda: seen.append(progress().percent)))
        worker.wait()
        speed.append(left / (time.perf_counter() - begun))
        if progress().left:
            raise RuntimeError("Tickets were left behind.")
    print("  progress seen:", sorted(set(seen)), file=sys.stderr, flush=True)
    what = f"an edited policy, {tickets.count:,} open tickets"
    writers = [
        Row("F8w", f"{what}: opening a ticket meanwhile, against alone, {name}", "ms",
            [of(took) for took in meanwhile], [of(took) for took in alone])
        for name, of in (("median", statistics.median), ("p95", _p95))
    ]  # fmt: skip
    return [
        *writers,
        Row("F8e", f"{what}: tickets that followed", "/s", speed, []),
    ]


def _p95(took: list[float]) -> float:
    return statistics.quantiles(took, n=20)[-1]


def _seconds(run: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


def _monitor(expected: int) -> None:
    from tickets import monitor

    checked = monitor.run()
    if checked != expected:
        raise RuntimeError(f"{checked} tickets were checked, {expected} are due.")


def _write(
    most_seconds: float, until: subprocess.Popen[bytes] | None = None, now_and_then: Callable[[], object] = int
) -> list[float]:
    """Open tickets with a pause between until the time is up or a process has ended; return how long each took, ms."""
    from accounts.models import User
    from tickets.operations import NewTicket, create_ticket

    customer = User.objects.with_rights().filter(email__endswith="@seed.test", role="customer").first()
    took: list[float] = []
    end = time.monotonic() + most_seconds
    while time.monotonic() < end and (until is None or until.poll() is None):
        spent = _seconds(
            lambda: create_ticket(NewTicket(subject="Where is it", description="It is late."), by=customer)
        )
        took.append(spent * 1000)
        if len(took) % 20 == 0:
            now_and_then()
        time.sleep(0.02)
    return took


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
