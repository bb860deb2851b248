"""Files that come with a message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from accounts.models import User
from tickets.models import Message
from tickets.querysets import MESSAGE_OWNER
from uploads.operations import attach


def attach_to(message: Message, references: Sequence[str], by: User) -> list[dict[str, Any]]:
    """Claim the caller's uploads for a message; the rows as its form shows them. Raises Invalid."""
    if not references:
        return []
    files = attach(references, owner_type=MESSAGE_OWNER, owner_id=message.pk, by=by)
    return [
        {"id": str(file.pk), "filename": file.filename, "contentType": file.content_type, "size": file.size}
        for file in files
    ]
