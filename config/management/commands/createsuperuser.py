"""`manage.py createsuperuser`: the first administrator, made by the operation that makes all staff."""

import getpass
import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import operations
from accounts.models import Role
from core.admin import describe
from core.errors import Problem


class Command(BaseCommand):
    help = "Makes an administrator; with --noinput the password is read from DJANGO_SUPERUSER_PASSWORD."

    def add_arguments(self, parser: ArgumentParser) -> None:
        email, name = (os.environ.get(f"DJANGO_SUPERUSER_{word}", "") for word in ("EMAIL", "NAME"))
        parser.add_argument("--email", default=email, help="the address to sign in with")
        parser.add_argument("--name", default=name, help="the name that others see")
        parser.add_argument("--noinput", "--no-input", action="store_true", help="ask nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        asks = not options["noinput"]
        email = options["email"] or (input("E-mail: ") if asks else "")
        name = options["name"] or (input("Name (empty for the e-mail): ") if asks else "") or email
        password = new_password() if asks else os.environ.get("DJANGO_SUPERUSER_PASSWORD", "")
        if not email or not password:
            raise CommandError("An e-mail and a password are needed: --email and DJANGO_SUPERUSER_PASSWORD.")
        try:
            operations.create_staff(
                email, name=name, role=Role.ADMINISTRATOR, password=password, superuser=True, by=None
            )
        except Problem as problem:
            raise CommandError(describe(problem)) from None
        self.stdout.write(f"{email} is an administrator now.")


def new_password() -> str:
    """Ask for a password twice. Raises CommandError when the two differ."""
    password = getpass.getpass("Password: ")
    if password != getpass.getpass("The same again: "):
        raise CommandError("The two passwords are not the same.")
    return password
