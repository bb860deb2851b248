"""Logging is configured once more by Celery, in the same process."""

import structlog
from django.conf import settings
from django.utils.log import configure_logging
from structlog.testing import capture_logs


def test_a_logger_that_has_spoken_is_heard_after_a_second_configuration():
    log = structlog.get_logger("tests.logs")
    log.info("before")
    configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)
    with capture_logs() as logs:
        log.info("after")
    assert logs == [{"event": "after", "log_level": "info"}]
