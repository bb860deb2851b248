"""Pictures are made anew in a process of their own: what breaks a decoder, or fills its memory, breaks nothing else."""

import errno
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _

from core.errors import Invalid, TooLarge, Unavailable
from uploads import images
from uploads.kinds import Kind

# One picture at a time in each web process bounds memory and processor: about 430 MB at worst, 50 to 100 MB for a
# photo of 12 megapixels, which takes a third of a second.
AT_ONCE = 1
WAIT_SECONDS = 30.0
# Of the clock, on a machine that has other work; of the processor it may use images.MAX_PROCESSOR_SECONDS.
WORK_SECONDS = 60.0
_turns = threading.BoundedSemaphore(AT_ONCE)


def encode_anew(file: IO[bytes], kind: Kind) -> IO[bytes]:
    """Return the picture in a new file of the kind `images.kept_as(kind)`: upright, in sRGB, without passengers.

    Raises TooLarge by its dimensions, before decoding, Invalid when it does not decode, Unavailable when too many wait
    or the machine has no time for it.
    """
    target = tempfile.TemporaryFile()  # noqa: SIM115 (closed by the caller)
    try:
        with _turn(), tempfile.TemporaryFile() as source:
            file.seek(0)
            shutil.copyfileobj(file, source)
            source.seek(0)
            _refuse(_run(source, target, images.FORMATS[kind]))
    except BaseException:
        target.close()
        raise
    return target


def _run(source: IO[bytes], target: IO[bytes], form: str) -> int:
    command = [sys.executable, "-m", images.__name__, form]
    # None of our secrets: it reads what strangers send.
    environ = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH") if name in os.environ}
    try:
        done = subprocess.run(
            command,
            stdin=source,
            stdout=target,
            stderr=subprocess.DEVNULL,
            cwd=settings.BASE_DIR,
            env=environ,
            timeout=WORK_SECONDS,
        )
    except subprocess.TimeoutExpired as late:
        raise Unavailable from late
    return done.returncode


def _refuse(code: int) -> None:
    """Raise what this exit code means, if it means anything; a process that died had a hostile file."""
    if code == images.TOO_MANY_PIXELS:
        raise TooLarge(_("This picture has too many pixels."))
    if code == images.DISK_FULL:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if code:
        raise Invalid(_("This picture is damaged or incomplete."))


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=WAIT_SECONDS):
        raise Unavailable
    try:
        yield
    finally:
        _turns.release()
