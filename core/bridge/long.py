"""Sends the answers that go on: files read a chunk at a time for the loop, generators iterated on the stream pool."""

import logging

from core.bridge.asgi import Headers
from core.bridge.client import Client
from core.bridge.heads import bodyless, outgoing
from core.bridge.limits import Limits
from core.bridge.pool import WorkPool
from core.bridge.pump import Pump
from core.bridge.writer import Outlet
from core.bridge.wsgi import Answer, FileBody

log = logging.getLogger(__name__)

_UNBOUNDED = 1 << 30  # a file being sent has at most one read queued


class AnswerFailed(Exception):
    """The answer broke before anything was sent; the cause is logged."""


class LongAnswers:
    """The pools for long answers; a web thread is borrowed only to close one."""

    def __init__(self, limits: Limits, web: WorkPool) -> None:
        self.streams = WorkPool("stream", limits.stream_threads, limits.stream_backlog)
        self.files_active = 0
        self._files = WorkPool("file", limits.file_threads, _UNBOUNDED)
        self._web = web
        self._stall_seconds = limits.stall_seconds

    async def send(self, client: Client, answer: Answer) -> None:
        """Send and close it. Raises PoolFull or AnswerFailed, with nothing sent."""
        if answer.started and bodyless(client.method, answer.status):
            self.discard(answer)
            await _send_head(client, answer)
        elif isinstance(answer.source, FileBody):
            await self._send_file(client, answer, answer.source)
        else:
            await self._send_stream(client, answer)

    def discard(self, answer: Answer) -> None:
        """Close an answer that is not sent (any further), in a web thread."""
        if answer.source is not None:
            self._web.later(answer.close)

    def stop(self) -> None:
        """End the idle threads; the others end with the process."""
        self.streams.stop(0)
        self._files.stop(0)

    async def _send_file(self, client: Client, answer: Answer, file: FileBody) -> None:
        self.files_active += 1
        outlet = Outlet(client, self._stall_seconds)
        try:
            data = await self._read(file)
            if data is None:
                raise AnswerFailed
            await outlet.begin(answer.status, _headers(client, answer))
            while data and not outlet.over:
                await outlet.write(data)
                if not outlet.over:
                    data = await self._read(file)
            await outlet.end(complete=data == b"")
        finally:
            self.files_active -= 1
            outlet.close()
            self.discard(answer)

    async def _read(self, file: FileBody) -> bytes | None:
        """The next chunk, empty at the end, None if reading failed."""
        try:
            return await self._files.submit(file.read).result()
        except Exception:
            log.exception("reading a file response failed")
            return None

    async def _send_stream(self, client: Client, answer: Answer) -> None:
        outlet = Outlet(client, self._stall_seconds)
        pump = Pump(answer, outlet.stir, client.request_id)
        job = None
        try:
            job = self.streams.submit(pump.run)
            await self._carry(client, answer, pump, outlet)
        finally:
            pump.stop()
            outlet.close()
            if job is None or job.drop():
                self.discard(answer)

    async def _carry(self, client: Client, answer: Answer, pump: Pump, outlet: Outlet) -> None:
        finished = begun = False
        while not finished and not outlet.over:
            outlet.stir.clear()
            finished = pump.finished  # before taking: what is finished has pushed its last
            data = pump.take()
            if not begun and (data or finished):
                if pump.failed:
                    raise AnswerFailed
                if bodyless(client.method, answer.status):
                    outlet.close()
                    await _send_head(client, answer)
                    return
                await outlet.begin(answer.status, _headers(client, answer))
                begun = True
            if data:
                await outlet.write(data)
            elif not finished:
                await outlet.stir.wait()
        await outlet.end(complete=finished and not pump.failed)


async def _send_head(client: Client, answer: Answer) -> None:
    await client.answer(answer.status, _headers(client, answer), b"")


def _headers(client: Client, answer: Answer) -> Headers:
    return outgoing(answer.status, answer.headers, client.request_id, None)
