"""R1 to R7, each measured on every side in turn, round after round."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from benchmarks.realtime.load import Load, Target, load
from benchmarks.realtime.people import People
from benchmarks.realtime.servers import Side
from benchmarks.table import Row

KINDS = {"plain": "plain WebSocket", "socketio": "Socket.IO"}
P99_LIMIT_MS = 100.0
UNFINISHED = 0.005


@dataclass(frozen=True)
class Size:
    """How many sockets, how long, how often; `pause` is the seconds in which what was closed is forgotten."""

    connects: int
    members: tuple[int, ...]
    rooms: int
    idle: int
    single: int
    seconds: float
    rounds: int
    start_rate: float
    steps: int
    pause: float


SIZES = {
    "ci": Size(
        connects=20, members=(10,), rooms=4, idle=20, single=5, seconds=0.4, rounds=1, start_rate=20.0, steps=1,
        pause=0.1,
    ),
    "default": Size(
        connects=1_000, members=(200, 1_000), rooms=200, idle=2_000, single=100, seconds=3.0, rounds=3,
        start_rate=4_000.0, steps=10, pause=2.0,
    ),
}  # fmt: skip


@dataclass
class Figures:
    """Hold what each side reached in each round, by the name of a row."""

    of: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    own_cpu: list[float] = field(default_factory=list)

    def add(self, row: str, kind: str, value: float) -> None:
        self.of.setdefault((row, kind), []).append(value)

    def rows(self, bar: str, row: str, what: str, unit: str) -> list[Row]:
        """A row for each of our kinds of socket, against the peer's."""
        theirs = self.of.get((row, "peer"), [])
        note = f"load generator at most {max(self.own_cpu):.0%} of a core" if self.own_cpu else ""
        return [
            Row(bar, f"{what}, {word}", unit, self.of[row, kind], theirs, note)
            for kind, word in KINDS.items()
            if (row, kind) in self.of
        ]


@dataclass
class Sides:
    """Hold what is measured: our processes and, where Node is there, the peer's."""

    ours: Side
    peer: Side | None
    people: People
    size: Size

    def each(self) -> list[tuple[str, Side, str]]:
        """(name of the figure, whose processes, kind of socket) in the order of a round."""
        peers = [("peer", self.peer, "socketio")] if self.peer else []
        return [*peers, *((kind, self.ours, kind) for kind in KINDS)]

    def measure(self, targets: Callable[[], list[Target]], how: Callable[[str, Load], None]) -> None:
        """Open sockets of every side, one side after the other, as often as there are rounds."""
        wanted = targets()
        for _ in range(self.size.rounds):
            for name, side, kind in self.each():
                with load(side, kind, wanted) as sockets:
                    how(name, sockets)
                time.sleep(self.size.pause / 4)


def connects(sides: Sides) -> list[Row]:
    """R1: sockets opened and signed in a second, fifty at a time."""
    found, count = Figures(), sides.size.connects

    def how(name: str, sockets: Load) -> None:
        found.add("R1", name, count / sockets.open(50))

    for _name, side, kind in sides.each():  # the first hundred pay for imports and connections
        with load(side, kind, sides.people.alone(100)) as sockets:
            sockets.open(50)
    sides.measure(lambda: sides.people.alone(count), how)
    return found.rows("R1", "R1", f"connect and sign in, {count} sockets", "/s")


def fan_out(sides: Sides) -> list[Row]:
    """R2 and R3: one types, all others of the room hear of it; as many as can be, and one at a time."""
    rows: list[Row] = []
    for members in sides.size.members:
        found = Figures()

        def how(name: str, sockets: Load, found: Figures = found) -> None:
            sockets.open(50)
            sockets.ask("single", max(3, sides.size.single // 10))
            alone = sockets.ask("single", sides.size.single)
            full = sockets.ask("fill", sides.size.seconds, 8)
            if alone["lost"] or full["fewest"] != full["most"] or full["fewest"] != full["sent"]:
                raise RuntimeError(f"{name} lost something: {alone} {full}")
            found.add("R2", name, full["rate"])
            found.add("R3", name, alone["p99"])
            found.own_cpu.append(full["own_cpu"])

        def targets(members: int = members) -> list[Target]:
            return sides.people.crowd(members)

        sides.measure(targets, how)
        rows += found.rows("R2", "R2", f"fan-out to {members} members, deliveries", "/s")
        rows += found.rows("R3", "R3", f"fan-out to {members} members, one in flight, p99", "ms")
    return rows


def typing(sides: Sides) -> list[Row]:
    """R4: the highest rate of typing signals in rooms of two whose p99 stays under 100 ms."""
    found, starts = Figures(), dict.fromkeys(["peer", *KINDS], sides.size.start_rate)

    def how(name: str, sockets: Load) -> None:
        sockets.open(50)
        sockets.ask("type", starts[name] / 2, 0.5, 0.5)
        rate = highest(sides.size, starts[name], lambda rate: _typed(sockets, rate, sides.size.seconds / 2, found))
        starts[name] = max(rate * 0.8, 20.0)
        found.add("R4", name, rate)

    sides.measure(lambda: sides.people.pairs(sides.size.rooms), how)
    return found.rows("R4", "R4", f"typing in {sides.size.rooms} rooms of two, p99 < 100 ms", "/s")


def _typed(sockets: Load, rate: float, seconds: float, found: Figures) -> bool:
    answer = sockets.ask("type", rate, 0.5, seconds)
    found.own_cpu.append(answer["own_cpu"])
    return held(answer)


def held(answer: dict[str, float]) -> bool:
    """Return whether a rate was kept: all arrived, and 99 of 100 in time."""
    return 0 <= answer["p99"] < P99_LIMIT_MS and answer["missing"] <= UNFINISHED * answer["sent"]


def highest(size: Size, start: float, holds: Callable[[float], bool]) -> float:
    """The highest rate that holds, to a seventh; one that fails is tried twice: a stray stall decides nothing."""
    low, high, rate = 0.0, 0.0, start
    for _ in range(size.steps):
        if holds(rate) or holds(rate):
            low = rate
        else:
            high = rate
        if not high:
            rate *= 1.5
        elif not low:
            rate /= 2
        elif high / low < 1.15:
            break
        else:
            rate = (low + high) / 2
    return low or rate


def memory(sides: Sides, starts: dict[str, Callable[[], AbstractContextManager[Side]]]) -> list[Row]:
    """R6: private memory of the processes for each of many idle sockets; fresh processes where there are many."""
    found, count = Figures(), sides.size.idle
    for _ in range(sides.size.rounds):
        for name, running, kind in sides.each():
            fresh = starts["peer" if name == "peer" else "ours"]
            with fresh() if count >= 1_000 else nullcontext(running) as side:
                with load(side, kind, sides.people.alone(100)) as warm:
                    warm.open(50)
                time.sleep(sides.size.pause)
                before = side.private_kib()
                with load(side, kind, sides.people.alone(count)) as sockets:
                    sockets.open(50)
                    time.sleep(sides.size.pause)
                    found.add("R6", name, (side.private_kib() - before) / count)
    return found.rows("R6", "R6", f"memory of an idle socket, {count} of them", "KiB")
