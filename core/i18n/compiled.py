"""The compiled form of the catalogues: a .mo beside each .po, made with polib since gettext is not on every machine."""

import hashlib
import os
import tempfile
from pathlib import Path

DIGEST = "X-Source-Digest"


def compile_catalogues(*folders: Path) -> list[Path]:
    """Build every .mo that is missing or was built from another .po; return those built.

    Whether one is fresh is told by the digest of its .po in its header, not by times, which copies and archives
    change. Each file appears at once or not at all, so several processes may start together. Needs no Django
    settings and no database. OSError when a folder that needs building is not writable.
    """
    return [mo for folder in folders for po in sorted(folder.glob("*/LC_MESSAGES/*.po")) if (mo := _compile(po))]


def is_fresh(po: Path) -> bool:
    """Was the .mo beside this .po built from exactly this .po?"""
    return _is_from(po.with_suffix(".mo"), _digest(po.read_bytes()))


def _digest(source: bytes) -> str:
    return hashlib.sha256(source).hexdigest()


def _is_from(mo: Path, digest: str) -> bool:
    try:
        return f"{DIGEST}: {digest}\n".encode() in mo.read_bytes()
    except FileNotFoundError:
        return False


def _compile(po: Path) -> Path | None:
    source, mo = po.read_bytes(), po.with_suffix(".mo")
    digest = _digest(source)
    if _is_from(mo, digest):
        return None
    import polib  # here, since a start that finds everything fresh should not pay for it

    catalogue = polib.pofile(source.decode())
    catalogue.metadata[DIGEST] = digest
    write_atomically(mo, catalogue.to_binary())
    return mo


def write_atomically(path: Path, content: bytes) -> None:
    """Put a file in place whole: readers see the old one or the new one. Readable by all, as source files are."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
