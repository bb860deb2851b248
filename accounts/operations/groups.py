"""Groups: sets of rights of the catalogue."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.contrib.auth.models import Group, Permission
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.catalogue import APP_LABEL, CODENAMES, full_name
from accounts.events import access_changed
from accounts.models import User
from accounts.operations.administrators import an_administrator_stays
from accounts.policies import refuse_unless, refuse_unless_all
from audit.recorder import record
from core.errors import Invalid
from core.operation import operation


@dataclass(frozen=True)
class AuditedGroup:
    """A group as the audit log names it."""

    pk: int
    audit_name: str
    audit_type: str = "group"


@operation
def save_group(group_id: int | None, *, name: str, codenames: Collection[str], by: User) -> Group:
    """Make a group, or give one another name or other rights; its members' rights change with their next request.

    Raises Invalid for a right outside the catalogue, a name in use or the last administrator; Forbidden when the group
    has, or is to have, a right that `by` does not hold.
    """
    refuse_unless(by, "users.manage")
    if set(codenames) - CODENAMES:
        raise Invalid(fields={"permissions": [_("Unknown permission.")]})
    with an_administrator_stays("rights"):
        return _save(group_id, name, codenames, by)


def _save(group_id: int | None, name: str, codenames: Collection[str], by: User) -> Group:
    group = Group.objects.select_for_update(no_key=True).get(pk=group_id) if group_id else Group()
    held = _codenames(group) if group_id else set()
    refuse_unless_all(by, held | set(codenames))
    old, new = (sorted(full_name(codename) for codename in some) for some in (held, codenames))
    old_name, group.name = group.name, name
    if group_id and old == new and old_name == name:
        return group
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError:
        raise Invalid(fields={"name": [_("There is already a group of this name.")]}) from None
    group.permissions.set(Permission.objects.filter(content_type__app_label=APP_LABEL, codename__in=codenames))
    record(
        "PERMISSIONS_CHANGED",
        AuditedGroup(group.pk, name),
        by=by,
        old={"name": old_name, "permissions": old},
        new={"name": name, "permissions": new},
    )
    access_changed(User.objects.filter(groups=group).values_list("pk", flat=True), "rights_changed")
    return group


def _codenames(group: Group) -> set[str]:
    return set(group.permissions.filter(content_type__app_label=APP_LABEL).values_list("codename", flat=True))
