"""Words for the values that the audit log holds of people, groups and rights."""

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.catalogue import CATALOGUE, DEFAULT_GROUPS, full_name
from accounts.models import Availability, Role

_RIGHTS: dict[str, str | Promise] = {full_name(right.codename): right.label for right in CATALOGUE}
_ROLES: dict[str, str | Promise] = {role.value: role.label for role in Role}

VALUES: dict[str, dict[str, str | Promise]] = {
    "availability": {each.value: each.label for each in Availability},
    "door": {
        "api": _("An app"),
        "backoffice": _("The back office"),
        "shop": _("The shop"),
        "help": _("The help pages"),
    },
    "groups": {name: _ROLES[name] for name in DEFAULT_GROUPS},
    "language": dict(settings.LANGUAGES),
    "permission": _RIGHTS,
    "permissions": _RIGHTS,
    "role": _ROLES,
}
