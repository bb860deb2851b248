"""`manage.py personal_data`: gives out or forgets what is known of a person."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.operations import erase_personal_data, export_personal_data
from core.admin import describe
from core.errors import Problem
from core.ids import as_number


class Command(BaseCommand):
    help = (
        "Prints what is known of a person as JSON (export), or forgets who they are and ends their access (erase, "
        "which cannot be undone). Both are in the audit log."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=["export", "erase"])
        parser.add_argument("person", help="an id or an e-mail address")

    def handle(self, *args: Any, **options: Any) -> None:
        user = _found(options["person"])
        try:
            if options["act"] == "export":
                known = export_personal_data(user.pk, by=None)
                self.stdout.write(orjson.dumps(known, option=orjson.OPT_INDENT_2).decode())
            else:
                rows = erase_personal_data(user.pk, by=None)
                self.stdout.write(f"Person {user.pk} is forgotten; {rows} rows of other parts went with them.")
        except Problem as problem:
            raise CommandError(describe(problem)) from problem


def _found(named: str) -> User:
    pk = as_number(named)
    people = User.objects.filter(pk=pk) if pk is not None else User.objects.filter(email=named.strip().lower())
    user = people.first()
    if user is None:
        raise CommandError("There is nobody by this id or e-mail address.")
    return user
