"""Words for the values that the audit log holds of tickets."""

from django.utils.functional import Promise

from tickets.models import LinkKind, Macro
from tickets.states import PRIORITIES, Status

VALUES: dict[str, dict[str, str | Promise]] = {
    "holder": {holder.value: holder.label for holder in Macro.Holder},
    "kind": {kind.value: kind.label for kind in LinkKind},
    "priority": {name: priority.label for name, priority in PRIORITIES.items()},
    "status": {status.value: status.label for status in Status},
}
