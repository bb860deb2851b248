"""Words for the values that the audit log holds of chats."""

from django.utils.functional import Promise

from chat.states import EndedBy, Status

VALUES: dict[str, dict[str, str | Promise]] = {
    "endedBy": {who.value: who.label for who in EndedBy},
    "status": {status.value: status.label for status in Status},
}
