"""Sign-in attempts, counted in the database: with Redis away the count still holds."""

import hashlib

from django.conf import settings
from django.db import connection

from core.errors import RateLimited

_COUNT = """
insert into accounts_signincount as c (key, window_start, count) values (%s, now(), 1)
on conflict (key) do update set
  count = case when c.window_start < now() - make_interval(secs => %s) then 1 else c.count + 1 end,
  window_start = case when c.window_start < now() - make_interval(secs => %s) then now() else c.window_start end
returning count, ceil(extract(epoch from window_start - now()) + %s)::int
"""


def count_attempt(rate: str, who: str) -> None:
    """Count a sign-in attempt by `who` (account or address); raises RateLimited beyond the rate."""
    limit, seconds = settings.RATES[rate]
    key = f"{rate}:{hashlib.sha256(who.encode()).hexdigest()[:40]}"
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [key, seconds, seconds, seconds])
        count, left = cursor.fetchone()
    if count > limit:
        raise RateLimited(left)


def forget_attempts(rate: str, who: str) -> None:
    """A success clears the account's count (never the address's)."""
    key = f"{rate}:{hashlib.sha256(who.encode()).hexdigest()[:40]}"
    with connection.cursor() as cursor:
        cursor.execute("delete from accounts_signincount where key = %s", [key])
