"""Typed readers of environment variables; a wrong value stops the start with one clear line for each."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


class EnvError(SystemExit):
    """A setting is missing or malformed; the message names the variable and what is wanted."""


class Env:
    """Reads variables from a mapping (the process environment by default).

    Every reader raises EnvError naming the variable when the value cannot be understood.
    """

    def __init__(self, source: Mapping[str, str] | None = None) -> None:
        self.source = os.environ if source is None else source
        self.seen: set[str] = set()

    def _raw(self, name: str) -> str | None:
        self.seen.add(name)
        value = self.source.get(name)
        return value.strip() if value and value.strip() else None

    def text(self, name: str, default: str = "") -> str:
        return self._raw(name) or default

    def required(self, name: str, why: str) -> str:
        value = self._raw(name)
        if value is None:
            raise EnvError(f"{name} is required: {why}")
        return value

    def integer(self, name: str, default: int, *, low: int = 0, high: int = 2**31) -> int:
        value = self._raw(name)
        if value is None:
            return default
        try:
            number = int(value)
        except ValueError:
            raise EnvError(f"{name} must be a whole number, not {value!r}") from None
        if not low <= number <= high:
            raise EnvError(f"{name} must be between {low} and {high}, not {number}")
        return number

    def boolean(self, name: str, default: bool) -> bool:
        value = self._raw(name)
        if value is None:
            return default
        if value.lower() in {"1", "true", "yes", "on"}:
            return True
        if value.lower() in {"0", "false", "no", "off"}:
            return False
        raise EnvError(f"{name} must be 1 or 0, not {value!r}")

    def listed(self, name: str, default: list[str]) -> list[str]:
        value = self._raw(name)
        return default if value is None else [part.strip() for part in value.split(",") if part.strip()]

    def integers(self, name: str, default: tuple[int, ...]) -> tuple[int, ...]:
        """Read `2,5` as (2, 5): whole numbers above nothing, each larger than the one before; empty for none."""
        value = self._raw(name)
        if value is None:
            return default
        try:
            numbers = tuple(int(part) for part in value.split(",") if part.strip())
        except ValueError:
            raise EnvError(f"{name} must be whole numbers with commas between, not {value!r}") from None
        if any(number < 1 for number in numbers) or sorted(set(numbers)) != list(numbers):
            raise EnvError(f"{name} must be growing numbers above 0, not {value!r}")
        return numbers

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        value = self._raw(name) or default
        if value not in choices:
            raise EnvError(f"{name} must be one of {', '.join(choices)}, not {value!r}")
        return value

    def path(self, name: str, default: Path) -> Path:
        value = self._raw(name)
        return default if value is None else Path(value).expanduser().resolve()

    def pattern(self, name: str, default: str) -> str:
        """A regular expression, as it is written."""
        value = self._raw(name) or default
        try:
            re.compile(value)
        except re.error as error:
            raise EnvError(f"{name} must be a regular expression: {error}") from None
        return value

    def rate(self, name: str, default: str) -> tuple[int, int]:
        """`30/minute` as (30, 60): how many in how many seconds."""
        value = self._raw(name) or default
        count, _, period = value.partition("/")
        seconds = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}.get(period)
        if seconds is None or not count.isdigit() or int(count) < 1:
            raise EnvError(f"{name} must read like 30/minute (second, minute, hour, day), not {value!r}")
        return int(count), seconds


def postgres(name: str, url: str) -> dict[str, Any]:
    """Django's DATABASES entry for a postgresql:// URL; a socket directory goes into ?host=."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise EnvError(f"{name} must read like postgresql://user:password@host:5432/database")
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    host = query.pop("host", "") or unquote(parts.hostname or "")
    return {
        "ENGINE": "core.database",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or query.pop("user", "")),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or query.pop("port", "")),
        "OPTIONS": query,
    }
