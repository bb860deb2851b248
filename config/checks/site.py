"""Checks of the settings alone; nothing is asked of any store."""

import os
import zoneinfo
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, Warning, register

SHORTEST_KEY = 50
SHORTEST_TOKEN = 24
LOCAL = {"localhost", "127.0.0.1", "::1"}


def _key() -> str:
    return "Make one with `openssl rand -base64 48` and set SECRET_KEY in the environment."


@register(Tags.security)
def public_site(**kwargs: Any) -> list[CheckMessage]:
    """Return what no site that is reached by https may have; settings.py refuses some of it before this."""
    found: list[CheckMessage] = []
    if not settings.SECURE:
        return found
    if settings.DEBUG:
        hint = "Unset DEBUG: error pages would show settings and source to everybody."
        found.append(Error("DEBUG is on although SITE_URL is https.", hint=hint, id="support.E002"))
    if "*" in settings.CORS_ALLOWED_ORIGINS or getattr(settings, "CORS_ALLOW_ALL_ORIGINS", False):
        hint = "List the origins of your shop's pages in CORS_ALLOWED_ORIGINS."
        found.append(Error("Every web page may call the API.", hint=hint, id="support.E003"))
    return found


@register(Tags.security)
def secrets(**kwargs: Any) -> list[CheckMessage]:
    """Secrets that can be guessed, wherever the site runs."""
    found: list[CheckMessage] = []
    key = settings.SECRET_KEY
    if len(key) < SHORTEST_KEY or len(set(key)) < 8:
        text = f"SECRET_KEY is shorter than {SHORTEST_KEY} characters or repeats a few."
        found.append(Warning(text, hint=f"Tokens signed with it can be forged. {_key()}", id="support.W004"))
    if 0 < len(settings.METRICS_TOKEN) < SHORTEST_TOKEN:
        text = f"METRICS_TOKEN is shorter than {SHORTEST_TOKEN} characters."
        hint = "Make one with `openssl rand -hex 24`, or unset it to switch /metrics off."
        found.append(Warning(text, hint=hint, id="support.W005"))
    return found


@register()
def address(**kwargs: Any) -> list[CheckMessage]:
    """SITE_URL is what links in mails and the origin checks are made of."""
    parts = urlsplit(settings.SITE_URL)
    if parts.scheme in {"http", "https"} and parts.hostname and not parts.query and parts.path in {"", "/"}:
        return []
    text = f"SITE_URL must read like https://support.example.com, not {settings.SITE_URL!r}."
    return [Error(text, hint="Scheme and host, no path.", id="support.E006")]


@register()
def time_zone(**kwargs: Any) -> list[CheckMessage]:
    """Days of reports and years of ticket numbers begin at midnight there."""
    if settings.TIME_ZONE in zoneinfo.available_timezones():
        return []
    hint = "Use a name such as Asia/Riyadh, Africa/Cairo or Europe/Berlin."
    return [Error(f"TIME_ZONE {settings.TIME_ZONE!r} is not known.", hint=hint, id="support.E007")]


@register(Tags.files)
def storage(**kwargs: Any) -> list[CheckMessage]:
    """The local folder of files can be written, or made; a bucket is looked at by /health/ready."""
    default: dict[str, Any] = settings.STORAGES["default"]  # type: ignore[assignment]
    if not default["BACKEND"].endswith("FileSystemStorage"):
        return []
    folder = nearest = Path(default.get("OPTIONS", {}).get("location") or settings.MEDIA_ROOT)
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    if nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK):
        return []
    text = f"Files cannot be stored in {folder}: {nearest} is not a folder that this user may write to."
    return [Error(text, hint="Set DATA_DIR to a folder of this user's own, or S3_BUCKET.", id="support.E008")]


@register()
def waits(**kwargs: Any) -> list[CheckMessage]:
    """A repeated request hears 409 in_progress only if it stops waiting before its statement is cancelled."""
    if settings.IDEMPOTENCY_WAIT_SECONDS < settings.STATEMENT_TIMEOUT_SECONDS:
        return []
    hint = "Set IDEMPOTENCY_WAIT_SECONDS below STATEMENT_TIMEOUT_SECONDS."
    return [Warning("Waiting for a lock takes longer than a statement may.", hint=hint, id="support.W009")]


@register(Tags.security, deploy=True)
def deployment(**kwargs: Any) -> list[CheckMessage]:
    """Return what a trial may do and a public site should not."""
    found: list[CheckMessage] = []
    if not settings.SECRET_KEY_GIVEN:
        text = f"SECRET_KEY is not set: the one that was made in {settings.DATA_DIR} is used."
        hint = f"Hosts that share the database must share the key. {_key()}"
        found.append(Info(text, hint=hint, id="support.I010"))
    if not settings.SECURE and urlsplit(settings.SITE_URL).hostname not in LOCAL:
        hint = "Passwords and tokens travel in the open: serve the site by https and say so in SITE_URL."
        found.append(Warning("SITE_URL is http.", hint=hint, id="support.W011"))
    if "*" in settings.ALLOWED_HOSTS:
        hint = "List the names this site is reached by in ALLOWED_HOSTS."
        found.append(Warning("ALLOWED_HOSTS takes every name.", hint=hint, id="support.W012"))
    if settings.SECURE and settings.DEMO:
        hint = "Unset DEMO: the demo people's password is public, and one of them is an administrator."
        found.append(Warning("DEMO is on although SITE_URL is https.", hint=hint, id="support.W013"))
    return found + _advice()


def _advice() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if not settings.EMAIL_HOST:
        kept = f"mails are kept in {settings.EMAIL_FILE_PATH}" if settings.DEMO else "no mail is sent"
        hint = f"Set EMAIL_HOST and DEFAULT_FROM_EMAIL; until then {kept}."
        found.append(Info("E-mail is not set up.", hint=hint, id="support.I014"))
    elif settings.DEFAULT_FROM_EMAIL.endswith("@localhost"):
        hint = "Set DEFAULT_FROM_EMAIL to an address of yours."
        found.append(Warning("Mails say they come from localhost.", hint=hint, id="support.W015"))
    if settings.SECURE and not settings.TRUSTED_PROXY_COUNT:
        hint = (
            "Behind a proxy that ends https set TRUSTED_PROXY_COUNT=1, else every request is sent on to https without "
            "end and limits count the proxy as one caller."
        )
        found.append(Info("No proxy is trusted.", hint=hint, id="support.I016"))
    return found
