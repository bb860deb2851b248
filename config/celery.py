"""The Celery application: tasks are found in each app's tasks module; its processes log as the web does."""

import os
from typing import Any

from celery import Celery
from celery.signals import heartbeat_sent, setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings
from django.utils.log import configure_logging

from core import heartbeats

app = Celery("support")
app.conf.update(settings.CELERY)
app.autodiscover_tasks()


@setup_logging.connect  # type: ignore[untyped-decorator]
def log_as_the_web_does(**_kwargs: Any) -> None:
    """Keep Celery from handlers and formats of its own: LOG_FORMAT and LOG_LEVEL count everywhere."""
    configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)


@heartbeat_sent.connect  # type: ignore[untyped-decorator]
def tell_heartbeat(**_kwargs: Any) -> None:
    """Say that the worker is connected and its loop turns."""
    heartbeats.tell("worker")
