"""`manage.py changepassword`: a new password for anybody, by the operation: it is audited and ends every session."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import operations
from accounts.models import User
from config.management.commands.createsuperuser import new_password
from core.admin import describe
from core.errors import Problem


class Command(BaseCommand):
    help = "Gives somebody a new password, which is asked for; all their sessions and reset links end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the address they sign in with")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].strip().lower()).first()
        if user is None:
            raise CommandError(f"Nobody signs in as {options['email']}.")
        try:
            operations.set_password(user.pk, password=new_password(), by=None)
        except Problem as problem:
            raise CommandError(describe(problem)) from None
        self.stdout.write(f"{user.email} has a new password.")
