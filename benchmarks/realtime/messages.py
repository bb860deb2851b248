"""R5 and R7: messages that are sent, stored, and delivered after their commit; none lost, none twice."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial

from benchmarks.ground import Ground
from benchmarks.realtime.bars import Figures, Sides, held, highest
from benchmarks.realtime.load import Load, load
from benchmarks.table import Row

RATES = (25.0, 50.0, 100.0)


def stored(sides: Sides, ground: Ground) -> list[Row]:
    """R5: the highest rate of messages whose p99 to the other side's socket stays under 100 ms.

    Sent over the socket, and (R5b) posted by HTTP.
    """
    floor = [ground.pgbench("say.sql", 2) for _ in range(sides.size.rounds)]
    rows = _sent(sides, "R5", "send", "chat messages sent over the socket", 400.0)
    rows += _sent(sides, "R5b", "post", "chat messages posted by HTTP", 80.0)
    for row in rows:
        row.theirs = floor
        row.__post_init__()
    return rows


def _sent(sides: Sides, bar: str, command: str, how: str, start: float) -> list[Row]:
    found = Figures()
    starts = dict.fromkeys(("plain", "socketio"), start if sides.size.steps > 1 else 10.0)
    wanted = sides.people.chats(sides.size.rooms)
    size = replace(sides.size, steps=min(sides.size.steps, 6))
    for _ in range(sides.size.rounds):
        for name, side, kind in sides.each():
            if name == "peer":
                continue
            with load(side, kind, wanted, key="sessionId") as sockets:
                sockets.open(50)
                sockets.ask(command, starts[name] / 2, 0.5, 1)
                seconds = sides.size.seconds * 0.7
                rate = highest(size, starts[name], partial(_arrived, sockets, command, seconds, found))
                starts[name] = max(rate * 0.8, 5.0)
                found.add(bar, name, rate)
    what = f"{how} in {sides.size.rooms} rooms of two, delivered after commit, p99 < 100 ms"
    return found.rows(bar, bar, what, "/s")


def _arrived(sockets: Load, command: str, seconds: float, found: Figures, rate: float) -> bool:
    answer = sockets.ask(command, rate, 0.5, seconds)
    found.own_cpu.append(answer["own_cpu"])
    if answer["refused"] or answer["doubled"]:
        raise RuntimeError(f"{answer} {sockets.complaints()}")
    print(
        f"    {command} {rate:.0f}/s: p50 {answer['p50']:.0f} ms, p99 {answer['p99']:.0f} ms",
        file=sys.stderr,
        flush=True,
    )
    return held(answer)


def live(sides: Sides) -> list[Row]:
    """From POST to the other side's socket, with a hundred live chats at twenty messages a second."""
    found, rooms = Figures(), min(100, sides.size.rooms)
    wanted = sides.people.chats(rooms)
    for _ in range(sides.size.rounds):
        for name, side, kind in sides.each():
            if name != "peer":
                with load(side, kind, wanted, key="sessionId") as sockets:
                    sockets.open(50)
                    answer = sockets.ask("post", 20, 1, max(2.0, sides.size.seconds * 2))
                found.add("p50", name, answer["p50"])
                found.add("p99", name, answer["p99"])
    rows = []
    for centile in ("p50", "p99"):
        rows += found.rows(
            "R5a", centile, f"POST to the other side's socket, {rooms} live chats, 20/s, {centile}", "ms"
        )
    return rows


def nothing_lost(sides: Sides) -> list[Row]:
    """R7: messages to a room at several rates, one reader stalled; lost and doubled deliveries together."""
    found, members = Figures(), min(200, max(sides.size.members))
    rates = RATES if sides.size.steps > 1 else RATES[:1]
    deliveries = 0
    for kind in ("plain", "envelope"):
        with load(sides.ours, kind, sides.people.crowd(members)) as sockets:
            sockets.ask("follow", 4_000)
            sockets.open(50)
            sockets.ask("stall")
            for rate in rates:
                sockets.ask("post", rate, 0, sides.size.seconds)
            answer = sockets.ask("resume", 30)
            if answer["refused"]:
                raise RuntimeError(f"{answer} {sockets.complaints()}")
            deliveries = answer["messages"] * (members + 1)
            name = "socketio" if kind == "envelope" else kind
            found.add("R7", name, float(answer["lost"] + answer["doubled"]))
    what = f"lost or doubled of {deliveries:,} deliveries, one reader stalled"
    return found.rows("R7", "R7", what, "")
