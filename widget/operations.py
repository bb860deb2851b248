"""The change that an administrator makes to the widget."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accounts.models import User
from accounts.policies import refuse_unless
from audit.recorder import record
from core.operation import operation
from core.text import camel
from widget.looks import values_of
from widget.models import Looks


@operation
def change_looks(values: Mapping[str, Any], *, by: User) -> Looks:
    """Replace the widget's looks and texts (fields of Looks by name); nothing changes for equal ones."""
    refuse_unless(by, "settings.manage")
    Looks.objects.get_or_create(pk=1)
    row = Looks.objects.select_for_update().get(pk=1)
    before = values_of(row)
    for name, value in values.items():
        setattr(row, name, value)
    after = values_of(row)
    if after == before:
        return row
    row.save()
    changed = [name for name in after if after[name] != before[name]]
    old, new = ({camel(name): each[name] for name in changed} for each in (before, after))
    record("SETTINGS_CHANGED", row, by=by, old=old, new=new)
    return row
