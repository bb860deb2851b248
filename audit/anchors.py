"""Anchors: the head of the chain written down outside the database each hour, so that a cut tail shows."""

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass

import structlog
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from audit.models import Link
from core.periodic import claim, give_back

log = structlog.get_logger(__name__)
FOLDER = "audit/anchors"
EVERY_SECONDS = 3600
_TIME = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"(\d{8}T\d{6}Z)-(\d{1,19})-([0-9a-f]{64})\.txt")


@dataclass(frozen=True)
class Anchor:
    """Hold what the head of the chain was at a moment; `hash` in hexadecimal digits."""

    at: datetime.datetime
    seq: int
    hash: str

    @property
    def name(self) -> str:
        """Its file; the name says everything, so that reading anchors is listing them."""
        return f"{FOLDER}/{self.at:%Y/%m}/{self.at:{_TIME}}-{self.seq}-{self.hash}.txt"


def head(at: datetime.datetime) -> Anchor | None:
    """The chain's newest link, None while the log is empty."""
    link = Link.objects.order_by("-seq").first()
    return (
        Anchor(at.astimezone(datetime.UTC).replace(microsecond=0), link.seq, bytes(link.hash).hex()) if link else None
    )


def write_anchor(now: datetime.datetime) -> Anchor | None:
    """Write the head to the log and to a file in storage, once an hour; None when it is not yet time.

    What the storage raises is raised; the anchor is then due again at the next beat.
    """
    anchor = head(now)
    if anchor is None or not claim("audit.anchor", EVERY_SECONDS, now):
        return None
    log.info("audit_anchor", seq=anchor.seq, hash=anchor.hash)
    try:
        default_storage.save(anchor.name, ContentFile(f"{anchor.at.isoformat()} {anchor.seq} {anchor.hash}\n".encode()))
    except Exception:
        give_back("audit.anchor", now)
        raise
    return anchor


def anchors(folder: str = FOLDER) -> Iterator[Anchor]:
    """Every anchor in storage, oldest first."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in sorted(folders):
        yield from anchors(f"{folder}/{name}")
    for name in sorted(files):
        if found := _NAME.fullmatch(name):
            at = datetime.datetime.strptime(found[1], _TIME).replace(tzinfo=datetime.UTC)
            yield Anchor(at, int(found[2]), found[3])
