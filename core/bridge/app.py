"""The bridge: an ASGI application for HTTP that runs a WSGI application on lasting threads."""

import asyncio
import atexit
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import NamedTuple

from core.bridge.asgi import Receive, Scope, Send
from core.bridge.body import Body, BodyInvalid, BodyTooLarge, ClientGone, held_body, read_body, refuse_announced
from core.bridge.client import Client
from core.bridge.encoding import ResponseCut
from core.bridge.environ import TargetInvalid, build_environ
from core.bridge.limits import Limits
from core.bridge.long import AnswerFailed, LongAnswers
from core.bridge.pool import Job, JobDropped, PoolFull, WorkPool
from core.bridge.refusals import STATUS, ErrorBody, default_error_body, json_headers, refusal_headers
from core.bridge.wsgi import Answer, WsgiApp

log = logging.getLogger(__name__)

LoopRoute = Callable[[Scope], Awaitable[tuple[int, bytes]]]
"""Answers a path on the loop itself: status and JSON."""

_CODES: dict[type[Exception], str] = {
    BodyInvalid: "invalid",
    TargetInvalid: "invalid",
    BodyTooLarge: "too_large",
    PoolFull: "unavailable",
    AnswerFailed: "internal",
}


class Stats(NamedTuple):
    """What the bridge does now, and has refused (503) and dropped (the client left before it ran) since its start."""

    threads: int
    active: int
    waiting: int
    refused: int
    dropped: int
    streams_active: int
    streams_waiting: int
    files_active: int


class HttpBridge:
    """`HttpBridge(get_wsgi_application(), limits=Limits(threads=8, backlog=64))` is an ASGI application.

    `loop_routes` are answered without a thread; `error_body` words the refusals; `script_name` is the prefix the
    application is mounted under ("" or "/prefix").
    """

    def __init__(
        self,
        wsgi_app: WsgiApp,
        *,
        limits: Limits | None = None,
        loop_routes: Mapping[str, LoopRoute] | None = None,
        error_body: ErrorBody = default_error_body,
        script_name: str = "",
    ) -> None:
        self.limits = limits or Limits()
        self._error_body = error_body
        self._app = wsgi_app
        self._loop_routes = dict(loop_routes or {})
        self._script_name = script_name.rstrip("/")
        self._pool = WorkPool("web", self.limits.threads, self.limits.backlog)
        self._long = LongAnswers(self.limits, self._pool)
        self._draining = False
        self._refused = self._dropped = 0
        atexit.register(self.stop)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = Client(scope, receive, send)
        try:
            route = self._loop_routes.get(scope["path"])
            if route is None:
                await self._answer(client)
            else:
                await _answer_on_loop(client, route)
        except tuple(_CODES) as refusal:
            await self._refuse(client, _CODES[type(refusal)])
        except (ClientGone, JobDropped):
            self._dropped += 1
        except ResponseCut:
            raise
        except Exception:
            log.exception("%s %s failed, request %s", scope["method"], scope["path"], client.request_id)
            if not client.answered:
                await self._refuse(client, "internal")
        finally:
            client.leave()

    def refusal(self, code: str, scope: Scope, request_id: str) -> bytes:
        """The JSON of a refusal; should the given `error_body` fail, in the bridge's own words."""
        try:
            return self._error_body(code, scope, request_id)
        except Exception:
            log.exception("wording the refusal %s failed", code)
            return default_error_body(code, scope, request_id)

    def stats(self) -> Stats:
        """A reading of counters, cheap enough for every scrape."""
        return Stats(
            threads=self.limits.threads,
            active=self._pool.active,
            waiting=self._pool.waiting,
            refused=self._refused,
            dropped=self._dropped,
            streams_active=self._long.streams.active,
            streams_waiting=self._long.streams.waiting,
            files_active=self._long.files_active,
        )

    async def shutdown(self) -> None:
        """Refuse new requests, let running ones finish within the grace, end the threads."""
        self._draining = True
        await self._pool.drained(self.limits.grace_seconds)
        await self._long.streams.drained(self.limits.grace_seconds)
        await asyncio.to_thread(self.stop)

    def stop(self) -> None:
        """End the threads, waiting at most the grace for running requests; done by itself at the process's exit."""
        atexit.unregister(self.stop)
        self._draining = True
        self._pool.stop(self.limits.grace_seconds)
        self._long.stop()

    async def _answer(self, client: Client) -> None:
        answer = Answer(await self._body(client))
        try:
            await self._outcome(client, self._pool.submit(partial(self._run, client, answer), self._long.discard))
        except (PoolFull, JobDropped):
            answer.close()
            raise
        if answer.source is None:
            await client.answer(answer.status, answer.headers, answer.body)
        else:
            await self._long.send(client, answer)

    async def _body(self, client: Client) -> Body:
        if self._draining or self._pool.full:
            raise PoolFull
        cap = self.limits.body_cap(client.scope["path"])
        refuse_announced(client.scope, cap)
        body = await read_body(client.receive, cap)
        return held_body(client.send) or body

    def _run(self, client: Client, answer: Answer) -> Answer:
        """In a pool thread: the whole synchronous stack."""
        try:
            answer.run(
                self._app, build_environ(client.scope, answer.request_body, client.request_id, self._script_name)
            )
            if answer.source is None:
                answer.settle(client.method, client.request_id)
        except Exception:
            answer.close()
            raise
        except BaseException as error:
            answer.close()
            raise RuntimeError("the application tried to end the process") from error
        return answer

    async def _outcome(self, client: Client, job: Job[Answer]) -> None:
        if job.waits:
            client.watch(job.drop)
        try:
            await job.result()
        except asyncio.CancelledError:
            await self._outcome_in_grace(client, job)

    async def _outcome_in_grace(self, client: Client, job: Job[Answer]) -> None:
        """Daphne cancels us when its client left long ago, and when it stops: only then is an answer still wanted."""
        try:
            if not await client.has_left():
                await asyncio.wait_for(job.result(), self.limits.grace_seconds)
                return
        except TimeoutError:
            log.warning("a request was still running %s s after the stop", self.limits.grace_seconds)
        except asyncio.CancelledError:
            pass
        if job.give_up():
            raise JobDropped
        raise asyncio.CancelledError

    async def _refuse(self, client: Client, code: str) -> None:
        self._refused += code == "unavailable"
        body = self.refusal(code, client.scope, client.request_id)
        await client.answer(STATUS[code], refusal_headers(code, body, client.request_id), body)


async def _answer_on_loop(client: Client, route: LoopRoute) -> None:
    status, body = await route(client.scope)
    await client.answer(status, json_headers(body, client.request_id), body)
