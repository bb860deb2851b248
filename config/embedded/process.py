"""Child processes that never outlive their parent, and the finding and stopping of those that did."""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 8, 47, 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522
LOG_BYTES = 10 * 1024 * 1024

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Account:
    """The operating-system account a child runs as."""

    uid: int
    gid: int


def account_for(folder: Path) -> Account | None:
    """Return who runs PostgreSQL on `folder`: the caller (None), or, since it refuses root, an account without rights.

    The owner of existing data stays its owner; new data goes to `postgres` where that account exists, else `nobody`.
    """
    if os.geteuid() != 0:
        return None
    if folder.exists() and folder.stat().st_uid != 0:
        return Account(folder.stat().st_uid, folder.stat().st_gid)
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    return Account(65534, 65534)


def _drop_root(account: Account) -> None:
    """Becomes `account`, keeping the one capability to walk through folders that only root may enter.

    Without it a checkout under /root would need its folders opened to everybody.
    """
    if _libc is not None:
        _libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(account.gid)
    os.setuid(account.uid)
    if _libc is not None:
        bit = 1 << CAP_DAC_OVERRIDE
        header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
        sets = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)
        if _libc.capset(header, sets) == 0:
            _libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)


def die_with_parent(death_signal: int, parent: int) -> None:
    """Asks the kernel to send this process `death_signal` when its parent ends, however it ends.

    Linux only; elsewhere leftovers are found at the next start.
    """
    if _libc is None:
        return
    _libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def _preparation(death_signal: int, account: Account | None) -> Callable[[], None]:
    parent = os.getpid()

    def prepare() -> None:
        if account is not None:
            _drop_root(account)
        die_with_parent(death_signal, parent)

    return prepare


def spawn(
    arguments: Sequence[str | Path],
    *,
    cwd: Path,
    output: IO[Any] | int,
    death_signal: int,
    account: Account | None = None,
    environment: dict[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Starts a child in a session of its own, so that Ctrl-C reaches only us. Call from the main thread only:
    the kernel sends the death signal when the starting thread ends."""
    return subprocess.Popen(
        [str(argument) for argument in arguments],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=_preparation(death_signal, account),
        env=environment,
    )


def open_log(path: Path) -> IO[bytes]:
    """The log of a service, opened for appending; begun anew above 10 MB, so that it never fills a disk."""
    full = path.exists() and path.stat().st_size > LOG_BYTES
    return path.open("wb" if full else "ab")


def stop(process: subprocess.Popen[bytes], signals: Iterable[tuple[int, float]]) -> None:
    """Sends one signal after the other, waiting the seconds beside it, until the process has ended."""
    for number, seconds in signals:
        if process.poll() is not None:
            return
        process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)


def leftovers(name: str, folder: Path) -> list[tuple[int, int]]:
    """Running processes called `name` that work in `folder`, as (pid, parent pid): what a killed owner left behind.

    The working folder tells them surely, where a recorded process id may have been given to a stranger since.
    Read from /proc: empty where there is none.
    """
    found = []
    # A folder that was removed under a running server has a mark in /proc.
    places = {str(folder), f"{folder} (deleted)"}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            # "pid (name) state ppid …"
            head, _, tail = (entry / "stat").read_text().rpartition(")")
            if head.partition("(")[2] == name and os.readlink(entry / "cwd") in places:
                found.append((int(entry.name), int(tail.split()[1])))
    return found


def stop_leftovers(name: str, folder: Path, signals: Iterable[tuple[int, float]]) -> int:
    """Ends the leftovers of `folder` and answers how many there were."""
    count = 0
    for number, seconds in signals:
        processes = leftovers(name, folder)
        count = max(count, len(processes))
        ids = {pid for pid, _ in processes}
        for pid, parent in processes:
            # The parent stops its own children in order; only the last resort is for everybody.
            if parent not in ids or number == signal.SIGKILL:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
        deadline = time.monotonic() + seconds
        while leftovers(name, folder) and time.monotonic() < deadline:
            time.sleep(0.05)
    return count


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Polls `ready` until it is true; False when the process ended or the time ran out first."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if ready():
            return True
        if process.poll() is not None:
            return False
        time.sleep(0.01)
    return False
