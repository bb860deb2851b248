"""The ticket part of the bar as ratios: against SQL written by hand, and against django-helpdesk where asked.

    python -m benchmarks                     100,000 tickets, floors alone
    python -m benchmarks --peers             with django-helpdesk from PyPI in a virtualenv of its own
    python -m benchmarks --size ci           small, to see that it works
    python -m benchmarks --only F4 F5 --tickets 1000000

Data lives in var/bench-<tickets>, made once and used again. Prints a table and writes benchmarks/results/*.json.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

from benchmarks.ground import ROOT, SIZES, ground
from benchmarks.table import RESULTS, Row, save, show

ITEMS = ("F1", "F2", "F3", "F4", "F5", "F6", "F9", "F10", "H1", "H2", "H3", "H4", "H5", "B1", "B2", "B3", "N1")


def main(arguments: list[str]) -> int:
    """Measure what was asked for; 0 when it could be measured, whatever the ratios."""
    options = _read(arguments)
    size = SIZES[options.size]
    size = replace(size, tickets=options.tickets or size.tickets, rounds=options.rounds or size.rounds)
    data = options.data or ROOT / "var" / f"bench-{size.tickets}"
    rows: list[Row] = []
    with ground(data.resolve(), size, hurried=options.hurry) as made:
        from benchmarks import files, notifications, pages, peers, reads, reports, writes

        # Reads first: what writes add would make them differ from run to run.
        for name, measure in (
            ("F4", reads.lists), ("F5", reads.searches), ("F6", reports.reports),
            ("F9", files.files), ("B", pages.pages),
            ("H", peers.compare if options.peers else peers.ours_alone),
            ("F2", writes.create_by_operation), ("F1", writes.create_over_http), ("F3", writes.bulk_import),
            ("N1", notifications.deliveries),
        ):  # fmt: skip
            if not any(item.startswith(name) or (name, item) == ("F9", "F10") for item in options.only):
                continue
            found = measure(made)
            new = [row for row in ([found] if isinstance(found, Row) else found) if _item(row.bar) in options.only]
            rows += new
            print(*(f"  {row.bar}: {row.ratio or row.our:.3g}" for row in new), file=sys.stderr, flush=True)
    rows.sort(key=lambda row: row.bar)
    print(show(rows))
    path = save(rows, {"tickets": size.tickets, "messages": size.messages, "size": options.size}, options.results)
    print(f"\nWritten to {path}")
    return 0


def _item(bar: str) -> str:
    """Return the item that a row belongs to: F6r to F6, F10 to itself."""
    return bar.rstrip("abcdefghijklmnopqrstuvwxyz")


def _read(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("benchmarks", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--size", choices=list(SIZES), default=os.environ.get("SIZE") or "default")
    parser.add_argument("--tickets", type=int, help="another number of tickets")
    parser.add_argument("--rounds", type=int, help="another number of rounds; medians are shown")
    parser.add_argument("--only", nargs="+", choices=ITEMS, default=list(ITEMS))
    parser.add_argument("--peers", action="store_true", default=bool(os.environ.get("PEERS")))
    parser.add_argument("--hurry", action="store_true", help="take a larger share of a busy machine (root)")
    parser.add_argument("--data", type=Path, help="where data is kept (var/bench-<tickets>)")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where figures are written as JSON")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
