"""Signals from the sockets of one process to the others: published by the loop itself, many in one round trip.

A thread would have to wait for the interpreter while the loop is busy with a large room, just when it matters.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from django.conf import settings
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from core.stores import BREAKER_SECONDS
from realtime.doorbell import Message, by_layer, packed_for_redis

logger = structlog.get_logger(__name__)
AT_ONCE, SECONDS = 1_000, 0.5


class Signals:
    """What waits to be told to other processes. It may be lost: while Redis is away nothing is kept."""

    def __init__(self, spawn: Callable[[Coroutine[Any, Any, None]], None]) -> None:
        self._spawn = spawn
        self._waiting: list[Message] = []
        self._sending = False
        self._skip_until = 0.0
        self._redis: Redis | None = None

    def send(self, message: Message) -> None:
        self._waiting.append(message)
        if not self._sending:
            self._sending = True
            self._spawn(self._send_all())

    async def _send_all(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
                if time.monotonic() >= self._skip_until:
                    await self._publish(batch)
        finally:
            self._sending = False

    async def _publish(self, batch: list[Message]) -> None:
        packed = packed_for_redis(batch)
        try:
            if packed is None:
                await by_layer(batch)
                return
            async with self._client().pipeline(transaction=False) as pipeline:
                for channel, content in packed:
                    pipeline.publish(channel, content)
                await asyncio.wait_for(pipeline.execute(), SECONDS)
        except (RedisError, OSError, TimeoutError) as error:
            self._skip_until = time.monotonic() + BREAKER_SECONDS
            logger.warning("redis_unavailable", error=type(error).__name__)

    def _client(self) -> Redis:
        if self._redis is None:
            self._redis = Redis.from_url(
                settings.REDIS_URL,
                socket_timeout=SECONDS,
                socket_connect_timeout=SECONDS,
                retry=Retry(NoBackoff(), 0),
            )
        return self._redis
