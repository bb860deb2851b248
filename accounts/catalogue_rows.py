"""The catalogue as rows: permissions under one ContentType, and the default groups of a new installation."""

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from accounts.catalogue import APP_LABEL, CATALOGUE, CODENAMES, DEFAULT_GROUPS


@transaction.atomic
def sync() -> None:
    """Make the rows of new rights, drop those of rights that are gone; run by every `migrate`.

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
