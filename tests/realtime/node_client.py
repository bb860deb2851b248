"""Clients out of npm at pinned versions, installed once into var/ and driven over their standard input."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, Self

import orjson

from tests.realtime.servers import ROOT, wait_until

HERE = Path(__file__).parent / "node"
INSTALLED = ROOT / "var" / "node-tests"


def installed() -> Path:
    """The folder with node_modules, filled by npm when package.json is newer."""
    wanted = (HERE / "package.json").read_bytes()
    kept = INSTALLED / "package.json"
    if not kept.exists() or kept.read_bytes() != wanted or not (INSTALLED / "done").exists():
        INSTALLED.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(wanted)
        npm = shutil.which("npm")
        assert npm, "npm is needed beside node"
        subprocess.run([npm, "install", "--no-audit", "--no-fund", "--silent"], cwd=INSTALLED, check=True, timeout=110)
        (INSTALLED / "done").touch()
    return INSTALLED


class Site(Protocol):
    """Where clients connect: a web process, or the proxy before some."""

    @property
    def site(self) -> str: ...


class NodeClient:
    """`io(site + "/support", options)` in a Node process; `said` holds everything it reported.

    With `resumes=True` (and an envelope) it keeps cursors and connects with them, as docs/realtime.md says.
    """

    def __init__(self, web: Site, token: str, *, wait: bool = True, auth: dict[str, Any] | None = None, **options: Any):
        chosen = {"auth": {"token": token, **(auth or {})}, "reconnectionDelay": 100, "reconnectionDelayMax": 500}
        chosen.update(options)
        namespace = chosen.pop("namespace", "/support")
        self._start([HERE / "socketio.cjs", f"{web.site}{namespace}", orjson.dumps(chosen).decode()])
        if wait:
            self.wait("connect")

    def _start(self, arguments: list[Any]) -> None:
        self.said: list[dict[str, Any]] = []
        self._ids = itertools.count(1)
        self.process = subprocess.Popen(
            ["node", *arguments],
            cwd=installed(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(orjson.loads(line))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.kill()
        self.process.wait()
        self._thread.join(5)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def command(self, **command: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(orjson.dumps(command) + b"\n")
        self.process.stdin.flush()

    def emit(self, event: str, *args: Any) -> None:
        self.command(op="emit", event=event, args=args)

    def ask(self, event: str, *args: Any) -> Any:
        """Return what the server acknowledges."""
        number = next(self._ids)
        self.command(op="ask", id=number, event=event, args=args)
        return self.wait("ack", lambda said: said["id"] == number)["answer"]

    def done(self, event: str, *args: Any) -> Any:
        answer = self.ask(event, *args)
        assert answer["ok"], answer
        return answer["data"]

    def cut(self) -> None:
        """End the transport; the client comes back by itself."""
        self.command(op="cut")

    def wait(
        self,
        kind: str,
        wanted: Callable[[dict[str, Any]], bool] = lambda said: True,
        seconds: float = 15,
        count: int = 1,
    ) -> dict[str, Any]:
        """The `count`-th report of a kind."""

        def found() -> list[dict[str, Any]]:
            return [said for said in list(self.said) if said["kind"] == kind and wanted(said)]

        try:
            wait_until(lambda: len(found()) >= count, seconds)
        except AssertionError:
            raise AssertionError(f"no {kind} in {self.said}") from None
        return found()[count - 1]

    def event(self, name: str, seconds: float = 15) -> Any:
        """The first argument of the first event of this name."""
        return self.wait("event", lambda said: said["event"] == name, seconds)["args"][0]

    def events(self, name: str) -> list[Any]:
        return [said["args"][0] for said in list(self.said) if said["kind"] == "event" and said["event"] == name]

    def applied(self, room: str) -> list[int]:
        """The numbers of a room's events that came with an envelope, each after what the client dropped by itself."""
        return [frame["seq"] for frame in self._frames() if frame.get("room") == room and frame.get("seq")]

    def _frames(self) -> list[dict[str, Any]]:
        frames = [said["args"][0] for said in list(self.said) if said["kind"] == "event" and said["args"]]
        return [frame for frame in frames if isinstance(frame, dict)]


class OurClient(NodeClient):
    """The JavaScript client that we ship, in a Node process; events come with `seq` and `room`."""

    def __init__(self, web: Site, token: str) -> None:
        self._start([HERE / "ours.mjs", ROOT / "realtime/static/realtime/realtime.js", web.site, token])

    def _frames(self) -> list[dict[str, Any]]:
        return [said for said in list(self.said) if said["kind"] == "event"]


def replayed(steps: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what our client heard of the server's side of a fixture, and where its cursors end."""
    command = ["node", HERE / "replay.mjs", ROOT / "realtime/static/realtime/realtime.js"]
    done = subprocess.run(command, input=orjson.dumps(steps), capture_output=True, check=False, timeout=30)
    assert done.returncode == 0, done.stderr.decode()
    answer: dict[str, Any] = orjson.loads(done.stdout)
    return answer
