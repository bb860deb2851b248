"""Carries a generator's chunks from its own thread to the loop, through a buffer of bounded size."""

import asyncio
import logging
import threading
from contextlib import suppress
from contextvars import copy_context

from core.bridge.wsgi import Answer

log = logging.getLogger(__name__)

BUFFER_BYTES = 1 << 18


class Pump:
    """Iterates one answer from its first chunk to its close in one thread, never further ahead than the buffer.

    One thread, because a generator's database cursor belongs to the thread that opened it. It runs in a context
    of its own: a language or request id it needs is taken in the view, not from the thread.
    """

    def __init__(self, answer: Answer, stir: asyncio.Event, request_id: str) -> None:
        self.finished = False
        self.failed = False
        self._answer = answer
        self._stir = stir
        self._request_id = request_id
        self._loop = asyncio.get_running_loop()
        self._room = threading.Condition()
        self._chunks: list[bytes] = []
        self._size = 0
        self._stopped = False
        self._told = False

    def run(self) -> None:
        """In the thread: iterate and close. Errors end the response and are logged here."""
        try:
            copy_context().run(self._iterate)
        except BaseException:
            self.failed = True
            log.exception("a streamed response failed, request %s", self._request_id)
        finally:
            self._answer.close()
            self.finished = True
            with self._room:
                self._tell()

    def take(self) -> bytes:
        """On the loop: everything buffered, making room for more."""
        with self._room:
            data = b"".join(self._chunks)
            self._chunks.clear()
            self._size = 0
            self._told = False
            self._room.notify()
        return data

    def stop(self) -> None:
        """On the loop: nobody reads any more; the generator is closed at its next chunk."""
        with self._room:
            self._stopped = True
            self._room.notify()

    def _iterate(self) -> None:
        answer = self._answer
        for chunk in answer.source or ():
            if self._stopped:
                return
            self._push(answer.written() + chunk)
        self._push(answer.written())

    def _push(self, chunk: bytes) -> None:
        with self._room:
            self._chunks.append(chunk)
            self._size += len(chunk)
            if self._size:
                self._tell()
            while self._size > BUFFER_BYTES and not self._stopped:
                self._room.wait()

    def _tell(self) -> None:
        """Wake the loop, once until it takes."""
        if not self._told:
            self._told = True
            with suppress(RuntimeError):  # the loop has stopped
                self._loop.call_soon_threadsafe(self._stir.set)
