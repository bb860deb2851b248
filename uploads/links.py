"""Signed links: each names an attachment, its reader, their sign-in and the time it ends, and lives five minutes."""

import re
import time
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer

from accounts.sign_ins import mark_of

LIFE_SECONDS = 300
PARAMETERS = frozenset({"reader", "session", "expires", "signature"})
_PATH = re.compile(r"/files/([0-9a-fA-F-]{36})/([^/]{1,1000})$")
_NUMBER = re.compile(r"[0-9]{1,19}")
_SESSION = re.compile(r"[a-z0-9-]{1,64}")
_SIGNATURE = re.compile(r"[A-Za-z0-9_-]{1,100}")
_FORMS = {"reader": _NUMBER, "session": _SESSION, "expires": _NUMBER, "signature": _SIGNATURE}
_MAX_REFERENCE = 4_000


@cache
def _signer() -> Signer:
    return Signer(salt="uploads.links")


def signed_url(attachment_id: str, filename: str, reader: Any) -> str:
    """Return an absolute address that gives this reader (a user) this file for five minutes, while they stay signed in.

    Without a reader (in events, which many read), or for one without a sign-in, it is the plain address, to fetch with
    one's own token.
    """
    prefix = f"/{settings.API_PREFIX}" if settings.API_PREFIX else ""
    address = f"{settings.SITE_URL}{prefix}/files/{attachment_id}/{quote(filename, safe='')}"
    session = mark_of(reader) if reader is not None else ""
    if not session:
        return address
    expires = str(int(time.time()) + LIFE_SECONDS)
    signature = _signer().signature(_claim(attachment_id, filename, str(reader.pk), session, expires))
    query = {"reader": reader.pk, "session": session, "expires": expires, "signature": signature}
    return f"{address}?{urlencode(query)}"


def reader_of(attachment_id: str, filename: str, parameters: Mapping[str, str]) -> int | None:
    """Return the id of the reader a link was made for; None when it is not ours, was changed, or has ended."""
    if not _is_ours(attachment_id, filename, parameters) or int(parameters["expires"]) < time.time():
        return None
    return int(parameters["reader"])


def attachment_of(reference: object) -> UUID | None:
    """The attachment that an id or a link of ours names, whether the link has ended or not; None for all else."""
    if not isinstance(reference, str) or len(reference) > _MAX_REFERENCE:
        return None
    if "/" not in reference:
        return as_id(reference)
    try:
        address = urlsplit(reference)
        parameters = dict(parse_qsl(address.query, max_num_fields=10))
    except ValueError:
        return None
    found = _PATH.search(address.path)
    if found is None:
        return None
    return as_id(found[1]) if _is_ours(found[1], unquote(found[2]), parameters) else None


def as_id(text: str) -> UUID | None:
    """An attachment's id in its one spelling (lower case, with dashes)."""
    try:
        found = UUID(text)
    except ValueError:
        return None
    return found if str(found) == text.lower() else None


def _is_ours(attachment_id: str, filename: str, parameters: Mapping[str, str]) -> bool:
    reader, session, expires, signature = (parameters.get(name, "") for name in _FORMS)
    if not all(form.fullmatch(parameters.get(name, "")) for name, form in _FORMS.items()):
        return False
    try:
        _signer().unsign(f"{_claim(attachment_id, filename, reader, session, expires)}:{signature}")
    except (BadSignature, UnicodeEncodeError):
        return False
    return True


def _claim(attachment_id: str, filename: str, reader: str, session: str, expires: str) -> str:
    return f"{attachment_id}/{filename}?{reader}&{session}&{expires}"
