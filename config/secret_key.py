"""The key of an installation that was given none: made at random at its first start and kept in its data folder."""

import os
import secrets
from pathlib import Path

from config.env import EnvError

FILE = "secret_key"
LENGTH = 50


def kept_in(data_dir: Path) -> str:
    """Return the key of this data folder, made now if it has none; all processes that start together get the same.

    Raises EnvError when the file can be neither read nor made, or holds no key of ours.
    """
    path = data_dir / FILE
    try:
        if not path.exists():
            _make(path)
        key = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise EnvError(f"SECRET_KEY is not set, and {path} cannot be used: {error}") from None
    if len(key) < LENGTH:
        raise EnvError(f"SECRET_KEY is not set, and {path} holds no key; remove that file to have one made")
    return key


def _make(path: Path) -> None:
    """Write a new key beside the file and link it into place, which only the first of many processes can."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{FILE}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(f"{secrets.token_urlsafe(48)}\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
