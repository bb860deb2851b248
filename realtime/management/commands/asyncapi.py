"""`manage.py asyncapi`: writes asyncapi.json, which is committed so that a change of the socket shows in review."""

from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser

from realtime.asyncapi import FILE, document


class Command(BaseCommand):
    help = "Write the socket's contract to asyncapi.json, or compare it with --check."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="fail when the committed file is not the present one")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        wanted = orjson.dumps(document(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        if not check:
            FILE.write_bytes(wanted)
            self.stdout.write(f"{FILE.name} written")
        elif not FILE.exists() or FILE.read_bytes() != wanted:
            raise CommandError(
                f"{FILE.name} is not what the code says: run `manage.py asyncapi` and look at the change"
            )
