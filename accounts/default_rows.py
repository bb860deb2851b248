"""The people and rights that every installation has: service users, the catalogue's permissions, default groups."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType

from accounts.catalogue import APP_LABEL, CATALOGUE, CODENAMES, DEFAULT_GROUPS
from accounts.models import SERVICE_ROLES, User


def make_default_rows() -> None:
    """Make the service users, the permissions of new rights and missing groups; drop the rights that are gone."""
    for role in SERVICE_ROLES:
        User.objects.get_or_create(role=role, defaults={"name": role.value.capitalize(), "password": "!"})
    _sync_rights()


def _sync_rights() -> None:
    """Follow the catalogue.

    A default group is filled when it is made and then belongs to the administrator; a right added later goes to the
    administrators' group alone.
    """
    kind, _made = ContentType.objects.get_or_create(app_label=APP_LABEL, model="right")
    present = {row.codename: row for row in Permission.objects.filter(content_type=kind)}
    Permission.objects.filter(content_type=kind).exclude(codename__in=CODENAMES).delete()
    new = [
        Permission(content_type=kind, codename=right.codename, name=right.codename)
        for right in CATALOGUE
        if right.codename not in present
    ]
    made = {row.codename: row for row in Permission.objects.bulk_create(new)}
    rows = present | made
    for name, codenames in DEFAULT_GROUPS.items():
        group, is_new = Group.objects.get_or_create(name=name)
        if is_new:
            group.permissions.set([rows[codename] for codename in codenames])
        elif name == "administrator" and made:
            group.permissions.add(*made.values())
