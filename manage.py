#!/usr/bin/env python
"""Django's command line; with no DATABASE_URL or REDIS_URL, each command finds the embedded services running."""

import os
import sys
from contextlib import AbstractContextManager, nullcontext

# Commands that touch no store, or start the services themselves.
WITHOUT_SERVICES = {
    "",
    "asyncapi",
    "collectstatic",
    "compile_messages",
    "compilemessages",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "messages",
    "openapi",
    "spectacular",
    "startapp",
    "test",
    "up",
    "version",
}


def _services(arguments: list[str]) -> AbstractContextManager[None]:
    """Return what must run while the command does: those services for which no URL is given."""
    command = next((word for word in arguments if not word.startswith("-")), "")
    if command in WITHOUT_SERVICES or {"-h", "--help", "--version"} & set(arguments):
        return nullcontext()
    from django.conf import settings

    if not any(settings.EMBEDDED.values()):
        return nullcontext()
    from config.embedded import running

    return running(settings.DATA_DIR, **settings.EMBEDDED)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    from config.embedded import EmbeddedError

    try:
        with _services(sys.argv[1:]):
            execute_from_command_line(sys.argv)
    except EmbeddedError as error:
        sys.exit(f"{error}")


if __name__ == "__main__":
    main()
