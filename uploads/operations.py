"""Keeping files and attaching them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from audit.recorder import record
from core import clock
from core.errors import Invalid, Unavailable
from core.operation import operation
from uploads.checks import check_files, too_many
from uploads.incoming import IncomingFile
from uploads.links import attachment_of
from uploads.models import Attachment, UnnamedKey
from uploads.quota import refuse_beyond_quota
from uploads.storing import StoredFile, store

_CLAIM = """
update uploads_attachment
set owner_type = %s, owner_id = %s, attached_at = %s, position = array_position(%s::uuid[], id)
where id = any(%s::uuid[]) and uploader_id = %s and owner_type = ''
returning *
"""


_COPY = """
insert into uploads_attachment (id, uploader_id, filename, content_type, size, key, inline, copy_of_id, created_at,
                                owner_type, owner_id, attached_at, position)
select gen_random_uuid(), a.uploader_id, a.filename, a.content_type, a.size, a.key, a.inline,
       coalesce(a.copy_of_id, a.id), a.created_at, %s, %s, %s, asked.position
from unnest(%s::uuid[]) with ordinality as asked (id, position) join uploads_attachment a on a.id = asked.id
order by asked.position
returning *
"""


@dataclass
class _Upload:
    """One upload as the audit log names it: by its first file."""

    pk: str
    audit_name: str
    audit_type: str = "upload"


def store_files(files: Sequence[IncomingFile], *, by: User) -> list[Attachment]:
    """Check, write and keep files as unattached attachments of `by`; all of them or none.

    Call it outside a transaction, since writing comes before the rows. Raises Invalid, TooLarge or UnsupportedType
    naming `files[index]`, Unavailable when the storage refuses.
    """
    with ExitStack() as opened:
        return keep_files(store(check_files(files, opened)), by=by)


@operation
def keep_files(files: Sequence[StoredFile], *, by: User) -> list[Attachment]:
    """Name stored files by attachments. Raises Unavailable when the sweeper has taken them meanwhile.

    Raises RateLimited beyond the day's quota; the uploader's row is locked, so that many requests cannot share it.

    No event: nobody but the uploader knows of a file before it is attached, and he has the answer.
    """
    if by.is_customer:
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        refuse_beyond_quota(by, sum(file.size for file in files))
    freed, _kinds = UnnamedKey.objects.filter(key__in=[file.key for file in files]).delete()
    if freed != len(files):
        raise Unavailable
    kept = Attachment.objects.bulk_create(
        Attachment(
            id=file.id,
            uploader=by,
            filename=file.filename,
            content_type=file.content_type,
            size=file.size,
            key=file.key,
            inline=file.inline,
            created_at=clock.now(),
        )
        for file in files
    )
    record("FILES_UPLOADED", _Upload(str(kept[0].pk), kept[0].filename), by=by, new={"files": _described(kept)})
    return kept


@operation
def attach(references: Sequence[str], *, owner_type: str, owner_id: int, by: User) -> list[Attachment]:
    """Give one's own unattached files to their owner, in the order named; each once, all or none.

    A reference is an attachment's id or a URL that we signed, expired or not. Raises Invalid (`attachments`). Part of
    the owner's operation, which audits and announces it.
    """
    if not references:
        return []
    if len(references) > settings.MAX_UPLOAD_FILES:
        raise Invalid(fields={"attachments": too_many(settings.MAX_UPLOAD_FILES).fields["files"]})  # type: ignore[index]
    ids = [attachment_of(reference) for reference in references]
    unknown = [position for position, found in enumerate(ids) if found is None or found in ids[:position]]
    claimed = []
    if not unknown:
        named = [str(found) for found in ids]
        claimed = list(Attachment.objects.raw(_CLAIM, [owner_type, owner_id, clock.now(), named, named, by.pk]))
        unknown = sorted(set(range(len(ids))) - {ids.index(attachment.pk) for attachment in claimed})
    if unknown:
        text = _("Number %(number)s is not a file of your own that can still be attached.")
        raise Invalid(fields={"attachments": [text % {"number": position + 1} for position in unknown]})
    return sorted(claimed, key=lambda attachment: attachment.position)


@operation
def copy_files(ids: Sequence[UUID], *, owner_type: str, owner_id: int, by: User) -> list[Attachment]:
    """Give a second owner the same attached files, in this order; nothing is stored again.

    Part of the operation that makes the second owner, which audits and announces it.
    """
    if not ids:
        return []
    return list(Attachment.objects.raw(_COPY, [owner_type, owner_id, clock.now(), [str(each) for each in ids]]))


def _described(attachments: Sequence[Attachment]) -> list[dict[str, object]]:
    return [
        {"id": str(one.pk), "filename": one.filename, "contentType": one.content_type, "size": one.size}
        for one in attachments
    ]
