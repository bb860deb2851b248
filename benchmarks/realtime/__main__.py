"""The sockets part of the bar as ratios: against Socket.IO under Node, and against SQL where messages are stored.

    python -m benchmarks.realtime                  R1 to R7 on plain WebSocket and Socket.IO; the peer if Node is there
    python -m benchmarks.realtime --size ci        small, to see that it works
    python -m benchmarks.realtime --only R2 R3

Both sides are two processes on the same Valkey, under the same load generator. The ceilings of our limits are raised,
the limiter stays in the path. Prints a table and writes benchmarks/results/*.json.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from contextlib import ExitStack
from pathlib import Path

from benchmarks.ground import ROOT, Ground, favour, ground
from benchmarks.ground import Size as GroundSize
from benchmarks.realtime.bars import SIZES, Sides, Size, connects, fan_out, memory, typing
from benchmarks.table import RESULTS, Row, save, show

ITEMS = ("R1", "R2", "R3", "R4", "R5", "R5a", "R6", "R7")
MANY = "100000000"
RAISED = {
    "ACTIONS_PER_SECOND": MANY, "ACTIONS_BURST": MANY, "TYPING_SECONDS": "0", "ROOMS_PER_SOCKET": "1000",
    "SOCKETS_PER_USER": MANY, "SOCKETS_PER_ADDRESS": MANY, "BACKLOG_BYTES": "65536",
}  # fmt: skip


def main(arguments: list[str]) -> int:
    """Measure what was asked for; 0 when it could be measured, whatever the ratios."""
    options = _read(arguments)
    size = SIZES[options.size]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # end what was started, as an interrupt does
    os.environ.update({f"REALTIME_{name}": value for name, value in RAISED.items()})
    os.environ |= {"ACCESS_TOKEN_MINUTES": "600", "CHAT_CAPACITY": "100"}
    data = options.data or ROOT / "var" / "bench-realtime"
    tickets = GroundSize(tickets=300, messages=2, seconds=size.seconds, rounds=size.rounds, requests=5)
    with ground(data.resolve(), tickets, hurried=options.hurry) as made:
        if options.hurry:
            favour([redis_pid()])
        rows = _measured(made, size, options)
    rows.sort(key=lambda row: row.bar)
    print(show(rows))
    path = save(rows, {"realtime": True, "size": options.size}, options.results)
    print(f"\nWritten to {path}")
    return 0


def _measured(made: Ground, size: Size, options: argparse.Namespace) -> list[Row]:
    from benchmarks.realtime import messages, servers
    from benchmarks.realtime.people import People

    there = servers.node() and not options.alone
    if not there:
        print("Without the peer: Node or npm is not here, or was not wanted.", file=sys.stderr)
    rows: list[Row] = []
    with ExitStack() as stack:
        peer = stack.enter_context(servers.peer()) if there else None
        sides = Sides(stack.enter_context(servers.ours()), peer, People(), size)
        starts = {"peer": servers.peer, "ours": servers.ours}
        for names, measure in (
            (("R1",), lambda: connects(sides)),
            (("R2", "R3"), lambda: fan_out(sides)), (("R4",), lambda: typing(sides)),
            (("R5",), lambda: messages.stored(sides, made)), (("R5a",), lambda: messages.live(sides)),
            (("R6",), lambda: memory(sides, starts)), (("R7",), lambda: messages.nothing_lost(sides)),
        ):  # fmt: skip
            if not set(names) & set(options.only):
                continue
            new = measure()
            rows += new
            for row in new:
                print(
                    f"  {row.bar} {row.what}: {row.our:.4g} {row.unit}, {row.ratio or 0:.3g}",
                    file=sys.stderr,
                    flush=True,
                )
    return rows


def redis_pid() -> int:
    """The process of the Redis that both sides use."""
    from core.stores import client

    return int(client().info("server")["process_id"])


def _read(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "benchmarks.realtime", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--size", choices=list(SIZES), default=os.environ.get("SIZE") or "default")
    parser.add_argument("--only", nargs="+", choices=ITEMS, default=list(ITEMS))
    parser.add_argument("--alone", action="store_true", help="without the peer")
    parser.add_argument("--hurry", action="store_true", help="take a larger share of a busy machine (root)")
    parser.add_argument("--data", type=Path, help="where data is kept (var/bench-realtime)")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where figures are written as JSON")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
