"""Reading attachments: those of owners, and whether someone may read one."""

from collections.abc import Collection
from functools import cache
from typing import Any, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from core.protocols import AttachmentOwner, Viewer
from uploads.models import Attachment


class NamedOwner(AttachmentOwner, Protocol):
    """Hold what settings.ATTACHMENT_OWNERS names: one kind of owner, `owner_type` as stored in attachments."""

    owner_type: str


@cache
def owners() -> dict[str, NamedOwner]:
    """The owners of attachments by their type."""
    found = [cast(NamedOwner, import_string(path)) for path in settings.ATTACHMENT_OWNERS]
    return {owner.owner_type: owner for owner in found}


def attachments_of(owner_type: str, owner_ids: Collection[int]) -> dict[int, list[Attachment]]:
    """The attachments of each of these owners, in the order they were named; owners without any are absent."""
    found: dict[int, list[Attachment]] = {}
    rows = Attachment.objects.filter(owner_type=owner_type, owner_id__in=owner_ids) if owner_ids else []
    for attachment in sorted(rows, key=lambda row: (row.owner_id, row.position)):
        found.setdefault(cast(int, attachment.owner_id), []).append(attachment)
    return found


def may_read(reader: Viewer, attachment: Attachment) -> bool:
    """Return whether this person may fetch the file now: before it is attached its uploader, then as its owner says."""
    if not attachment.owner_type:
        return attachment.uploader_id == reader.pk
    owner = owners().get(attachment.owner_type)
    return owner is not None and owner.may_read(reader, attachment)


def all_readable(reader: Any, ids: Collection[str]) -> bool:
    """Return whether every one of these attachments is still there and readable."""
    found = list(Attachment.objects.filter(pk__in=ids))
    return len(found) == len(ids) and all(may_read(reader, attachment) for attachment in found)
