"""The bridge: an ASGI application for HTTP that runs a WSGI application on lasting threads."""

import asyncio
import atexit
import logging
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from functools import partial
from io import SEEK_END
from typing import IO, NamedTuple

from core.bridge.answer import Answer, WsgiApp
from core.bridge.asgi import Receive, Scope, Send
from core.bridge.body import BodyInvalid, BodyTooLarge, ClientGone, NoRoom, read_body, refuse_announced
from core.bridge.client import Client, ResponseCut
from core.bridge.environ import HAS_LEFT, TargetInvalid, build_environ
from core.bridge.limits import Limits
from core.bridge.pool import Job, PoolFull, WorkPool
from core.bridge.refusals import json_headers, refusal

log = logging.getLogger(__name__)

LARGE_BYTES = 1 << 20
"""A body above this is worked on by the threads of uploads."""
ASK_SECONDS = 5
"""How long a thread waits for the loop to say whether a client is still there."""
LoopRoute = Callable[[Scope], Awaitable[tuple[int, bytes]]]
"""Answers a path on the loop itself: status and JSON."""

_REASONS: dict[type[Exception], str] = {
    BodyInvalid: "invalid",
    TargetInvalid: "invalid",
    BodyTooLarge: "too_large",
    NoRoom: "no_room",
    PoolFull: "unavailable",
}


class Stats(NamedTuple):
    """Count what the bridge does now, and what it refused (503) or dropped (the client left early) since its start."""

    threads: int
    active: int
    waiting: int
    refused: int
    dropped: int
    files_active: int


class HttpBridge:
    """`HttpBridge(get_wsgi_application(), limits=Limits(threads=8, backlog=64))` is an ASGI application.

    `loop_routes` are answered without a thread; `language` is that of refusals to callers who name neither Arabic nor
    English; `script_name` is the prefix the application is mounted under ("" or "/prefix").
    """

    def __init__(
        self,
        wsgi_app: WsgiApp,
        *,
        limits: Limits | None = None,
        loop_routes: Mapping[str, LoopRoute] | None = None,
        language: str = "en",
        script_name: str = "",
    ) -> None:
        self.limits = limits or Limits()
        self.language = language
        self._app = wsgi_app
        self._loop_routes = dict(loop_routes or {})
        self._script_name = script_name.rstrip("/")
        self._pool = WorkPool("web", self.limits.threads, self.limits.backlog)
        self._uploads = WorkPool("upload", self.limits.upload_threads, self.limits.upload_backlog)
        self._files = ThreadPoolExecutor(self.limits.file_threads, thread_name_prefix="file")
        self._files_active = self._refused = self._dropped = 0
        self._draining = False
        atexit.register(self.stop)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = Client(scope, receive, send)
        try:
            route = self._loop_routes.get(scope["path"]) if scope["method"] in ("GET", "HEAD") else None
            if route is None:
                await self._answer(client)
            else:
                status, body = await route(scope)
                await client.answer(status, json_headers(body, client.request_id), body)
        except tuple(_REASONS) as error:
            await self._refuse(client, _REASONS[type(error)])
        except ClientGone:
            self._dropped += 1
        except Exception as error:
            if not isinstance(error, ResponseCut):
                log.exception("%s %s failed, request %s", scope["method"], scope["path"], client.request_id)
            if client.answered:
                raise ResponseCut from error
            await self._refuse(client, "internal")
        finally:
            client.leave()

    def stats(self) -> Stats:
        """Return a reading of the counters, cheap enough for every scrape."""
        active = self._pool.active + self._uploads.active
        waiting = self._pool.waiting + self._uploads.waiting
        return Stats(self.limits.threads, active, waiting, self._refused, self._dropped, self._files_active)

    async def shutdown(self) -> None:
        """Refuse new requests, let running ones finish within the grace, end the threads."""
        self._draining = True
        await asyncio.to_thread(self.stop)

    def stop(self) -> None:
        """End the threads, waiting at most the grace for running requests; done by itself at the process's exit."""
        atexit.unregister(self.stop)
        self._draining = True
        self._pool.stop(self.limits.grace_seconds)
        self._uploads.stop(self.limits.grace_seconds)
        self._files.shutdown(wait=False, cancel_futures=True)

    async def _answer(self, client: Client) -> None:
        path = client.scope["path"]
        if self._draining or self._pool_for(path).full:
            raise PoolFull
        cap = self.limits.body_cap(path)
        refuse_announced(client.scope, cap)
        body = await read_body(client.receive, cap)
        pool = self._pool_for(path, body)
        try:
            job = pool.submit(partial(self._run, client, body, asyncio.get_running_loop()))
        except PoolFull:
            body.close()
            raise
        answer = await self._outcome(client, pool, job, body)
        if answer.file is None:
            await client.answer(answer.status, answer.headers, answer.body)
            return
        self._files_active += 1
        try:
            await client.send_file(answer, self._files, self.limits.stall_seconds)
        finally:
            self._files_active -= 1
            await asyncio.to_thread(answer.close)

    def _pool_for(self, path: str, body: IO[bytes] | None = None) -> WorkPool:
        """Return the threads that answer or, for what takes long (large bodies, `upload_paths`), those of uploads."""
        if path in self.limits.upload_paths:
            return self._uploads
        length = body.seek(0, SEEK_END) if body else 0
        if body:
            body.seek(0)
        return self._uploads if length > LARGE_BYTES else self._pool

    def _run(self, client: Client, body: IO[bytes], loop: asyncio.AbstractEventLoop) -> Answer:
        """Run the whole synchronous stack, in a pool thread."""
        try:
            environ = build_environ(client.scope, body, client.request_id, self._script_name)
            environ[HAS_LEFT] = partial(_has_left, client, loop)
        except BaseException:
            body.close()
            raise
        try:
            return Answer(body).run(self._app, environ, client.request_id)
        except Exception:
            raise
        except BaseException as error:
            raise RuntimeError("the application tried to end the process") from error

    async def _outcome(self, client: Client, pool: WorkPool, job: Job, body: IO[bytes]) -> Answer:
        """Wait for the answer. Raises ClientGone if the client left before a thread began.

        Daphne cancels us when its client left long ago, and when it stops: only then is an answer still wanted.
        """
        if pool.waiting:
            client.on_gone(partial(pool.drop, job))
        outcome = asyncio.wrap_future(job)
        try:
            answer: Answer = await asyncio.shield(outcome)
        except asyncio.CancelledError:
            if outcome.cancelled():
                body.close()
                raise ClientGone from None
            try:
                if await client.has_left():
                    raise
                answer = await asyncio.wait_for(asyncio.shield(outcome), self.limits.grace_seconds)
            except BaseException:
                pool.drop(job)
                job.add_done_callback(_discard)
                raise
        return answer

    async def _refuse(self, client: Client, reason: str) -> None:
        self._refused += reason == "unavailable"
        status, headers, body = refusal(reason, client.scope, client.request_id, self.language)
        await client.answer(status, headers, body)


def _has_left(client: Client, loop: asyncio.AbstractEventLoop) -> bool:
    """Tell a pool thread whether the client has disconnected by now."""
    if not loop.is_running():
        return True  # at the process's end nobody takes an answer
    asked = asyncio.run_coroutine_threadsafe(client.has_left(), loop)
    try:
        return asked.result(ASK_SECONDS)
    except (TimeoutError, CancelledError):  # the loop has no time, or ends
        asked.cancel()
        return client.gone


def _discard(job: Future[Answer]) -> None:
    """Close an answer that nobody takes."""
    if not job.cancelled() and job.exception() is None:
        job.result().close()
