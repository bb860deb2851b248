"""Structured logs: one line an event, JSON for machines or columns for people, the request id in each."""

import logging
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

from core.request_context import origin

_SECRET = re.compile(r"password|secret|token|authorization|cookie|otp", re.IGNORECASE)


def _add_request_id(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    request_id = origin().request_id
    if request_id:
        event.setdefault("request_id", request_id)
    return event


def _hide_secrets(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in event:
        if _SECRET.search(key):
            event[key] = "…"
    return event


_QUERY = re.compile(r"(/[^\s?\"'<>]*)\?[^\s\"'<>]+")
_TOKEN = re.compile(r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*|(?<=bearer[ .])[\w.~+/=-]{8,}", re.IGNORECASE)


def redacted(_logger: Any, _name: str, line: Any) -> Any:
    """Return a finished log line without query strings and tokens, whoever wrote it."""
    return _TOKEN.sub("…", _QUERY.sub(r"\1?…", line)) if isinstance(line, str) else line


# Never the local variables: they hold what people sent, passwords among it.
_tracebacks = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))


def _shorten_refused(record: logging.LogRecord) -> bool:
    """Keep one line of what Django refuses of a client (a foreign Host, too many fields): no stack, no error."""
    if record.name.startswith("django.security."):
        record.exc_info, record.levelno, record.levelname = None, logging.WARNING, "WARNING"
    return True


# Celery says of every task that it came, was sent and succeeded.
_NOISY = {
    "daphne": "WARNING",
    "django.request": "ERROR",
    "botocore": "WARNING",
    "PIL": "INFO",
    **dict.fromkeys(("celery.worker.strategy", "celery.app.trace", "celery.beat"), "WARNING"),
}


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _add_request_id,
    _hide_secrets,
]
# One list for the whole process: loggers keep the one they first saw, and Celery configures a second time.
_PROCESSORS: list[Any] = [
    # What nobody would read is not put into words first.
    structlog.stdlib.filter_by_level,
    *_SHARED,
    structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
]


def configure(options: dict[str, str]) -> None:
    """Django's LOGGING_CONFIG: sends our logs and everybody else's through the same processors."""
    structlog.configure(
        processors=_PROCESSORS,
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    last: list[Any] = (
        [_tracebacks, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if options["format"] == "json"
        else [structlog.dev.ConsoleRenderer(colors=False)]
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last, redacted],
    )
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    handler.addFilter(_shorten_refused)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(options["level"])
    for noisy, level in _NOISY.items():
        logging.getLogger(noisy).setLevel(level)
