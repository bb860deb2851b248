"""Checks of the stores themselves, run with `--database default` and before every migrate."""

from collections.abc import Iterator, Sequence
from typing import Any

import redis
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError, connections
from django.db.backends.utils import CursorWrapper

from core.bridge import Limits

OLDEST = 15
# What else connects: the timer, and a person with psql or a backup.
SPARE = 5


@register(Tags.database)
def database(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """PostgreSQL is new enough, reads Arabic, has room for us, and holds us to the application's rights."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        try:
            with connections[alias].cursor() as cursor:
                found += [message for check in CHECKS for message in check(cursor)]
        except DatabaseError as error:
            text = f"PostgreSQL cannot be used: {str(error).strip().splitlines()[0]}"
            found.append(Error(text, hint="See DATABASE_URL in docs/operations.md.", id="support.E020"))
    return found


def _one(cursor: CursorWrapper, sql: str, *params: Any) -> tuple[Any, ...]:
    cursor.execute(sql, params or None)
    return cursor.fetchone() or (None,)


def version(cursor: CursorWrapper) -> Iterator[CheckMessage]:
    (number,) = _one(cursor, "select current_setting('server_version_num')::int / 10000")
    if number < OLDEST:
        text = f"PostgreSQL {number} is too old."
        yield Error(text, hint=f"PostgreSQL {OLDEST} or newer is needed.", id="support.E021")


def language(cursor: CursorWrapper) -> Iterator[CheckMessage]:
    """Under LC_CTYPE=C PostgreSQL holds Arabic for punctuation: search would find nothing, and say nothing."""
    hint = "Create it with `create database … template template0 encoding 'UTF8' lc_ctype 'C.UTF-8'` and restore."
    (encoding,) = _one(cursor, "show server_encoding")
    if encoding != "UTF8":
        yield Error(f"The database's encoding is {encoding}, not UTF8.", hint=hint, id="support.E022")
        return
    (installed,) = _one(cursor, "select exists (select from pg_extension where extname = 'pg_trgm')")
    (migrated,) = _one(cursor, "select to_regclass('django_migrations') is not null")
    if installed:
        (trigrams,) = _one(cursor, "select cardinality(show_trgm('احمد'))")
        if not trigrams:
            text = "The database's LC_CTYPE knows no Arabic letters: text search would never find Arabic words."
            yield Error(text, hint=hint, id="support.E024")
    elif migrated:
        how = "As a superuser: `create extension pg_trgm; create extension unaccent;` in this database."
        yield Warning("The extension pg_trgm is missing.", hint=how, id="support.W023")


def zone(cursor: CursorWrapper) -> Iterator[CheckMessage]:
    (known,) = _one(cursor, "select exists (select from pg_timezone_names where name = %s)", settings.TIME_ZONE)
    if not known:
        hint = "Install the time zones of the operating system where PostgreSQL runs (tzdata)."
        yield Error(f"PostgreSQL does not know TIME_ZONE {settings.TIME_ZONE!r}.", hint=hint, id="support.E025")


def roles(cursor: CursorWrapper) -> Iterator[CheckMessage]:
    """The application must own nothing, or it could undo what guards the audit log."""
    hint = (
        "Give DATABASE_URL a role of its own and the owner's to DATABASE_OWNER_URL (docs/operations.md), then migrate."
    )
    (mighty,) = _one(
        cursor,
        "select (select rolsuper from pg_roles where rolname = current_user) or exists (select from pg_tables "
        "where schemaname = 'public' and pg_has_role(current_user, tableowner, 'usage'))",
    )
    (creates,) = _one(cursor, "select has_schema_privilege('public', 'create')")
    if mighty or settings.DATABASE_OWNER["USER"] == settings.DATABASES["default"]["USER"]:
        text = "The application's database role owns the tables, so it could rewrite the audit log."
        yield Warning(text, hint=hint, id="support.W026")
    elif creates:
        text = "The application's database role may create objects in the schema public."
        yield Warning(text, hint="As the owner: `revoke create on schema public from public;`", id="support.W027")


def connections_needed() -> int:
    """The most connections that all processes together hold at once."""
    sockets: Any = settings.REALTIME["threads"] + 1  # and the one that listens to commits
    web = settings.WEB_THREADS + Limits().upload_threads + sockets
    return int(settings.WEB_PROCESSES * web + settings.WORKER_PROCESSES + SPARE)


def room(cursor: CursorWrapper) -> Iterator[CheckMessage]:
    (free,) = _one(
        cursor,
        "select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int "
        "- coalesce(current_setting('reserved_connections', true)::int, 0)",
    )
    (limit,) = _one(
        cursor,
        "select min(n) from (select rolconnlimit from pg_roles where rolname = current_user union all "
        "select datconnlimit from pg_database where datname = current_database()) as limits (n) where n >= 0",
    )
    free = free if limit is None else min(free, limit)
    if connections_needed() > free:
        text = f"Up to {connections_needed()} database connections are needed, but {free} may be open."
        hint = "Raise max_connections, or lower WEB_PROCESSES, WEB_THREADS or WORKER_PROCESSES."
        yield Warning(text, hint=hint, id="support.W028")


CHECKS = (version, language, zone, roles, room)


@register(Tags.database)
def redis_answers(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Redis answers, lets us publish, and throws away neither queued work nor idle subscribers."""
    if not databases:
        return []
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as client:
            client.publish("support.check", b"")
            return list(_redis_settings(client))
    except (redis.RedisError, OSError, ValueError) as error:
        hint = "Set REDIS_URL to a Redis 6.2 or Valkey that this machine reaches; live updates wait for it."
        return [Warning(f"Redis cannot be used: {error}", hint=hint, id="support.W030")]


def _redis_settings(client: "redis.Redis") -> Iterator[CheckMessage]:
    try:
        wanted: Any = client.config_get("maxmemory-policy", "timeout")
    except redis.ResponseError:  # many hosts hide CONFIG
        return
    if wanted.get("maxmemory-policy", "noeviction") != "noeviction":
        hint = "Set maxmemory-policy to noeviction: Redis would throw queued work away when its memory is full."
        yield Warning(f"Redis evicts by {wanted['maxmemory-policy']}.", hint=hint, id="support.W031")
    if wanted.get("timeout", "0") != "0":
        hint = "Set timeout to 0: idle connections of workers and of web processes would be cut."
        yield Warning(f"Redis cuts connections after {wanted['timeout']} s.", hint=hint, id="support.W032")
