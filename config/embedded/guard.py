"""A watcher that outlives us: when we are killed, it kills what our children started, which no death signal reaches."""

import contextlib
import subprocess
from collections.abc import Iterable

# Each line names all groups of now; the end of the pipe means that its writer is gone, however it ended.
SCRIPT = 'groups=; while read -r line; do groups=$line; done; [ -z "$groups" ] || kill -s KILL -- $groups 2>/dev/null'


class Guard:
    """Kills the process groups it was last told of, as soon as this process has ended."""

    def __init__(self) -> None:
        self._shell = subprocess.Popen(
            ["/bin/sh", "-c", SCRIPT],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def watch(self, groups: Iterable[int]) -> None:
        """From now on these process groups go with us; none means that nothing is left to kill."""
        assert self._shell.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._shell.stdin.write((" ".join(f"-{group}" for group in groups) + "\n").encode())
            self._shell.stdin.flush()

    def dismiss(self) -> None:
        """Ends the watch without a kill."""
        self.watch([])
        with self._shell:
            pass
