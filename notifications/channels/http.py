"""Define what an HTTP provider's answer means, whichever provider it is."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from django.utils import timezone

from notifications.channels.base import Result, again, unknown

TIMEOUT_SECONDS = (5, 10)
"""To connect, and between two pieces of an answer."""


def asked(call: Callable[[], requests.Response], judge: Callable[[requests.Response], Result]) -> Result:
    """Call a provider once and judge its answer; what does not even connect was certainly not sent."""
    try:
        response = call()
    except (requests.ConnectTimeout, requests.exceptions.SSLError) as error:
        return again(words(error), provider_down=True)
    except requests.ConnectionError as error:
        refused = "NewConnectionError" in repr(error) or "NameResolution" in repr(error)
        return again(words(error), provider_down=True) if refused else unknown(words(error))
    except requests.RequestException as error:
        return unknown(words(error))
    return busy(response) or judge(response)


def busy(response: requests.Response) -> Result | None:
    """Return a result for 429 and 5xx; None for anything else."""
    if response.status_code == 429:
        return again(f"429 {response.text[:200]}", provider_down=True, retry_after=retry_after(response))
    if response.status_code >= 500:
        return again(f"{response.status_code} {response.text[:200]}", retry_after=retry_after(response))
    return None


def retry_after(response: requests.Response) -> float | None:
    """Return the seconds that `Retry-After` asks for, as a number or a date; None without a sensible one."""
    text = response.headers.get("Retry-After", "")
    if text.isascii() and text.isdigit() and len(text) < 9:
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - timezone.now()).total_seconds())
    except (ValueError, TypeError):
        return None


def json_of(response: requests.Response) -> Any:
    """Return the JSON object of an answer; an empty one for anything else."""
    try:
        content = response.json()
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]
