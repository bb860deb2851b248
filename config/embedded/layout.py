"""Where the embedded services keep their data and sockets, and the URLs that follow from it."""

import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from config.embedded.errors import EmbeddedError

DATABASE = "support"
APP_ROLE = "support_app"
OWNER_ROLE = "support_owner"
SUPERUSER = "postgres"


@dataclass(frozen=True)
class Urls:
    """How to reach the services: `database` has no DDL, `database_owner` migrates, `database_superuser` tests."""

    database: str
    database_owner: str
    database_superuser: str
    redis: str


@dataclass(frozen=True)
class Layout:
    """The places of one data folder's services.

    Data lives in the data folder. Sockets live in a short private folder of their own, because a socket's path is
    limited to 107 bytes and some clients cannot take spaces or Arabic letters in it.
    """

    data_dir: Path
    socket_dir: Path

    @classmethod
    def of(cls, data_dir: Path) -> "Layout":
        """The layout of `data_dir`; touches no disk beyond resolving the path."""
        resolved = data_dir.expanduser().resolve()
        digest = hashlib.sha256(os.fsencode(resolved)).hexdigest()[:12]
        # /tmp rather than TMPDIR, so that two terminals with different environments agree.
        base = Path("/tmp") if os.access("/tmp", os.W_OK) else Path(tempfile.gettempdir())
        return cls(resolved, base / f"support-{os.getuid()}-{digest}")

    @property
    def cluster(self) -> Path:
        return self.data_dir / "postgres"

    @property
    def valkey(self) -> Path:
        return self.data_dir / "valkey"

    @property
    def valkey_socket(self) -> Path:
        return self.socket_dir / "valkey.sock"

    @property
    def logs(self) -> Path:
        return self.data_dir / "log"

    def database_url(self, role: str, database: str = DATABASE) -> str:
        return f"postgresql://{role}@/{database}?host={quote(str(self.socket_dir), safe='/')}"

    def urls(self) -> Urls:
        return Urls(
            database=self.database_url(APP_ROLE),
            database_owner=self.database_url(OWNER_ROLE),
            database_superuser=self.database_url(SUPERUSER),
            redis=f"unix://{quote(str(self.valkey_socket), safe='/')}?db=0",
        )

    def make(self) -> None:
        """Creates the folders. Raises EmbeddedError when somebody else's folder stands where the sockets belong."""
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True)
            self.logs.mkdir(mode=0o700, exist_ok=True)
            self.socket_dir.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise EmbeddedError(
                f"Cannot create {error.filename}: {error.strerror}. Choose another DATA_DIR."
            ) from error
        found = self.socket_dir.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise EmbeddedError(f"{self.socket_dir} belongs to somebody else; remove it or choose another DATA_DIR.")
        self.socket_dir.chmod(0o700)


def urls(data_dir: Path) -> Urls:
    """The URLs under which the services of `data_dir` are reached once they run; starts nothing."""
    return Layout.of(data_dir).urls()
