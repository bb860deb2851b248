"""Both sides as processes: two of ours under daphne, two of the peer under Node, on the same Redis."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.ground import ROOT
from benchmarks.web import free_port, wait_for, web_command

PEER = Path(__file__).resolve().parent / "peer"
CACHE = ROOT / "var" / "bench-peer"
PROCESSES = 2


@dataclass(frozen=True)
class Side:
    """Running web processes of one side."""

    name: str
    ports: list[int]
    pids: list[int]

    def private_kib(self) -> int:
        """Memory that these processes share with nobody."""
        return sum(_private_kib(pid) for pid in self.pids)


def _private_kib(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))


@contextmanager
def ours(**environment: str) -> Iterator[Side]:
    """Two web processes of the project as it ships."""
    with _running("ours", {port: web_command(port) for port in _ports()}, environment, ROOT) as side:
        yield side


@contextmanager
def peer() -> Iterator[Side]:
    """Two processes of the Node peer, which knows our tokens by their secret."""
    from django.conf import settings

    folder = installed()
    url = urlsplit(settings.REDIS_URL)
    redis = url.path if url.scheme == "unix" else settings.REDIS_URL
    environment = {
        "NODE_PATH": str(folder / "node_modules"),
        "NODE_ENV": "production",
        "REDIS": redis,
        "JWT_SECRET": settings.SIMPLE_JWT["SIGNING_KEY"],
    }
    commands = {port: ["node", str(PEER / "server.js")] for port in _ports()}
    with _running("peer", commands, environment, folder) as side:
        yield side


def _ports() -> list[int]:
    return [free_port() for _ in range(PROCESSES)]


@contextmanager
def _running(
    name: str, commands: Mapping[int, list[str]], environment: Mapping[str, str], folder: Path
) -> Iterator[Side]:
    started = [
        subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **environment, "PORT": str(port)},
            stderr=subprocess.DEVNULL,
        )
        for port, command in commands.items()
    ]
    try:
        for port in commands:
            wait_for(port)
        yield Side(name, list(commands), [process.pid for process in started])
    finally:
        for process in started:
            process.terminate()
        for process in started:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def node() -> bool:
    """Return whether the peer can run here."""
    return bool(shutil.which("node") and shutil.which("npm"))


def installed() -> Path:
    """The folder with the peer's modules, filled by npm when package.json is another than before."""
    wanted = (PEER / "package.json").read_bytes()
    done = CACHE / "done"
    if not done.exists() or done.read_bytes() != wanted:
        CACHE.mkdir(parents=True, exist_ok=True)
        (CACHE / "package.json").write_bytes(wanted)
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=CACHE, check=True, timeout=180)
        done.write_bytes(wanted)
    return CACHE
