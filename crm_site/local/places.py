"""Knows where the embedded start keeps its files."""

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from crm_site.local.errors import PlaceError

PROJECT = Path(__file__).resolve().parent.parent.parent
DATABASE = "crm"
DATABASE_USER = "crm"
# sockaddr_un holds 108 bytes on Linux and 104 on macOS; libpq adds the name and a terminating NUL.
LONGEST_SOCKET_PATH = 99
POSTGRES_SOCKET = ".s.PGSQL.5432"
# Such a path stands in a URL as it is.
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._+-]+")


@dataclass(frozen=True)
class Home:
    """The data folder and everything in it."""

    root: Path
    sockets: Path

    @property
    def cluster(self) -> Path:
        """The PostgreSQL data folder."""
        return self.root / "postgres"

    @property
    def valkey(self) -> Path:
        """The folder of Valkey's append-only file."""
        return self.root / "valkey"

    @property
    def logs(self) -> Path:
        """The folder with one log per process."""
        return self.root / "logs"

    @property
    def media(self) -> Path:
        """The folder of uploaded files."""
        return self.root / "media"

    @property
    def static(self) -> Path:
        """The folder of collected static files: empty, for the embedded site serves the sources."""
        return self.root / "static"

    @property
    def database_url(self) -> str:
        """The address of the embedded database, as django-environ reads it."""
        return f"postgres://{DATABASE_USER}@/{self.sockets}/{DATABASE}"

    @property
    def redis_url(self) -> str:
        """The address of the embedded Valkey."""
        return f"unix://{self.valkey_socket}"

    @property
    def valkey_socket(self) -> Path:
        """The socket Valkey listens on."""
        return self.sockets / "valkey.sock"


def configured_home() -> Home:
    """Return the home that CRM_HOME names; a relative name counts from the project folder."""
    return home_at(PROJECT / os.environ.get("CRM_HOME", ".local"))


def home_at(root: Path) -> Home:
    """Return the home in this folder, its sockets elsewhere when the path is too long or odd for a socket."""
    root = root.resolve()
    sockets = root / "run"
    if not fits_a_socket(sockets):
        name = hashlib.sha256(os.fsencode(root)).hexdigest()[:12]
        sockets = Path(tempfile.gettempdir()).resolve() / f"guanxi-{os.geteuid()}-{name}"
    return Home(root, sockets)


def fits_a_socket(folder: Path) -> bool:
    """Tell whether sockets in this folder have a short enough path that needs no escaping in a URL."""
    length = len(os.fsencode(folder / POSTGRES_SOCKET))
    return length <= LONGEST_SOCKET_PATH and PLAIN_PATH.fullmatch(str(folder)) is not None


def make_home(home: Home) -> None:
    """Create the folders of a home; raise PlaceError when another user owns the folder for the sockets."""
    for folder in (home.root, home.sockets, home.valkey, home.logs, home.media, home.static):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # The folder may lie in /tmp, where anybody could have made it first.
    status = home.sockets.lstat()
    if home.sockets.is_symlink() or (os.geteuid() != 0 and status.st_uid != os.geteuid()):
        raise PlaceError(f"{home.sockets} belongs to somebody else: set CRM_HOME to a shorter path.")
    home.sockets.chmod(0o700)
