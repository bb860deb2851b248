"""Give out and forget what the system knows of a person, on request.

Each app that knows something names its `core.protocols.PersonalData` in PERSONAL_DATA. The words of tickets and chats
stay: they are the shop's records, and show no name any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.models import PasswordReset, PasswordResetRequest, Role, SignInLink, SignInLinkRequest, User
from accounts.operations.people import managed, set_active
from audit.erasure import erase_details
from audit.models import Entry
from audit.recorder import record
from core.errors import Invalid
from core.operation import operation
from core.protocols import PersonalData

ERASED_NAME = "محذوف · Erased"
_ACCOUNT = ("email", "contact_email", "name", "phone", "role", "language", "created_at", "last_login")


@operation
def export_personal_data(user_id: int, *, by: User | None) -> dict[str, Any]:
    """Return what is known of a person, by subject; audited. `by` is None only from the command line."""
    user = managed(user_id, by)
    found: dict[str, Any] = {"account": {name: getattr(user, name) for name in _ACCOUNT}}
    for source in _sources():
        found |= source.export(user)
    record("PERSONAL_DATA_EXPORTED", user, by=by)
    return found


@operation
def erase_personal_data(user_id: int, *, by: User | None) -> int:
    """Forget who a person is and end their access; return how many rows other apps forgot. It cannot be undone.

    Invalid for staff who are active: their work is handed over first. `by` is None only from the command line.
    """
    user = managed(user_id, by)
    if user.is_agent and user.is_active:
        raise Invalid(fields={"isActive": [_("Disable this person first.")]})
    doer = by or User.objects.service(Role.SYSTEM)
    forgotten = sum(source.erase(user) for source in _sources())
    _erase_account(user)
    if user.is_active:
        user = set_active(user_id, active=False, by=by)  # under the new name, which the log keeps
    about = Q(entity_type=User.audit_type, entity_id=str(user.pk))
    if not user.is_agent:  # the log answers for what staff did
        about |= Q(actor_id=user.pk)
    erase_details(Entry.objects.filter(about).values_list("pk", flat=True), by=doer)
    record("PERSONAL_DATA_ERASED", user, by=by, metadata={"rows": forgotten})
    return forgotten


def _erase_account(user: User) -> None:
    for requests in (PasswordResetRequest, SignInLinkRequest):
        requests.objects.filter(email=user.email).delete()
    for links in (PasswordReset, SignInLink):
        links.objects.filter(user=user).delete()
    user.email = f"erased-{user.pk}@erased.invalid" if user.email else None  # `.invalid` never gets any mail
    user.contact_email, user.phone, user.name = "", "", ERASED_NAME
    user.set_unusable_password()
    user.save(update_fields=["email", "contact_email", "phone", "name", "password", "updated_at"])


def _sources() -> Iterator[PersonalData]:
    for path in settings.PERSONAL_DATA:
        yield import_string(path)
