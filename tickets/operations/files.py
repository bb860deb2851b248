"""Files that come with a message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import IdempotencyConflict, Invalid
from tickets.models import Message
from tickets.querysets import MESSAGE_OWNER
from uploads.links import attachment_of
from uploads.models import Attachment
from uploads.operations import attach, copy_files


def refuse_empty(text: str, references: Sequence[str], field: str = "body") -> None:
    """Raise Invalid for a message that has neither text nor a file."""
    if not text and not references:
        raise Invalid(fields={field: [_("Write something or attach a file.")]})


def refuse_other(stored: Any, *, body: str, is_internal: bool, references: Sequence[str]) -> None:
    """Raise IdempotencyConflict when a stored message, found by its `clientMessageId`, says something else.

    Files are compared by name and size, since a form that is sent twice brings its files twice.
    """
    rows = Attachment.objects.filter(pk__in=[found for each in references if (found := attachment_of(each))])
    sent = sorted(rows.values_list("filename", "size")) if references else []
    had = sorted((row["filename"], row["size"]) for row in stored.attachment_rows)
    if (stored.body, stored.is_internal, had) != (body, is_internal, sent):
        raise IdempotencyConflict


def attach_to(
    message: Message, references: Sequence[str], by: User, copied: Sequence[UUID] = ()
) -> list[dict[str, Any]]:
    """Claim the caller's uploads for a message, and copy files that have an owner; the rows as its form shows them.

    Raises Invalid.
    """
    if not references and not copied:
        return []
    files = attach(references, owner_type=MESSAGE_OWNER, owner_id=message.pk, by=by)
    files += copy_files(copied, owner_type=MESSAGE_OWNER, owner_id=message.pk, by=by)
    return [
        {"id": str(file.pk), "filename": file.filename, "contentType": file.content_type, "size": file.size}
        for file in files
    ]
