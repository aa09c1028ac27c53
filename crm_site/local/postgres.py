"""The embedded PostgreSQL: made, started and stopped, on a socket that only its owner reaches."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg

from crm_site.local.children import Child
from crm_site.local.errors import PlaceError, StartError
from crm_site.local.places import DATABASE, DATABASE_USER, Home
from crm_site.local.processes import NOBODY, Identity, run, spawn, unprivileged_identity
from crm_site.local.programs import PostgresPrograms, find_postgres, reachable_for

FIRST_WITH_BUILTIN_LOCALES = 17
LEFTOVER_SECONDS = 30
# Nobody copies this server from its log, so what is written into new tables and indexes need not stand there too.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "maintenance_work_mem": "256MB",
    "work_mem": "16MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# A test database is thrown away, so it need not survive a power cut.
HASTY = {
    "shared_buffers": "256MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "1h",
}
LEAST_BUFFERS, MOST_BUFFERS = 256, 2048


def buffers() -> str:
    """Return the memory in which the server keeps pages: an eighth of the machine's, within bounds."""
    megabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 8 // 2**20
    return f"{min(MOST_BUFFERS, max(LEAST_BUFFERS, megabytes))}MB"


class Postgres(Child):
    """A PostgreSQL server on the cluster of a home."""

    name = "PostgreSQL"
    stop_signal = signal.SIGINT  # "fast": open transactions roll back, the data is written out
    patience_seconds = 60.0

    def __init__(
        self,
        home: Home,
        *,
        programs: PostgresPrograms | None = None,
        identity: Identity | None = None,
        cluster: Path | None = None,
        durable: bool = True,
        keep_open: Sequence[int] = (),
    ) -> None:
        super().__init__()
        self.home = home
        self.cluster = cluster or home.cluster
        self.log = home.logs / "postgres.log"
        self.identity = identity or unprivileged_identity()
        self.programs = reachable_for(programs or find_postgres(), self.identity, home.root)
        self.settings = {**SETTINGS, "shared_buffers": buffers(), **({} if durable else HASTY)}
        self.durable = durable
        if not durable:
            self.stop_signal = signal.SIGQUIT  # at once: nothing is worth writing out
        self.keep_open = keep_open

    def prepare(self) -> None:
        """Make the cluster unless it is there, and hand it to the identity that runs the server."""
        if not (self.cluster / "PG_VERSION").exists():
            self._initialise()
        if os.geteuid() == 0:
            for folder in (self.cluster, self.home.sockets):
                _chown_tree(folder, self._owner)

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the server."""
        _wait_for_leftovers(self.cluster)
        options = [part for name, value in self.settings.items() for part in ("-c", f"{name}={value}")]
        return spawn(
            [self.programs / "postgres", "-D", self.cluster, "-k", self.home.sockets, *options],
            log=self.log,
            dies_by=signal.SIGINT if self.durable else signal.SIGQUIT,
            identity=self.identity,
            keep_open=self.keep_open,
        )

    def ready(self, database: str = "postgres") -> bool:
        """Tell whether it accepts connections to this database."""
        try:
            self.connect(database).close()
        except psycopg.OperationalError:
            return False
        return True

    def connect(self, database: str = DATABASE) -> psycopg.Connection:
        """Connect to one of its databases; every statement commits by itself."""
        return psycopg.connect(
            host=str(self.home.sockets),
            user=DATABASE_USER,
            dbname=database,
            connect_timeout=5,
            autocommit=True,
        )

    def make_database(self) -> None:
        """Create the database of the CRM unless it is there."""
        with self.connect("postgres") as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE}")

    @property
    def _owner(self) -> int:
        return NOBODY if self.identity is Identity.NOBODY else os.geteuid()

    def _initialise(self) -> None:
        if self.identity is Identity.NOBODY:
            _let_pass(self.home.root)
        # Under another name first, because a killed initdb leaves something that looks like a cluster.
        draft = self.cluster.with_name(f"{self.cluster.name}.draft")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        _chown_tree(draft, self._owner)
        locale = ["--locale=C.UTF-8"]
        if self.programs.major >= FIRST_WITH_BUILTIN_LOCALES:
            locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            locale += ["--lc-ctype=C.UTF-8", "--lc-collate=C.UTF-8"]
        # Trust is safe here: the folder of the socket lets nobody else in.
        options = [*locale, "-E", "UTF8", "-U", DATABASE_USER, "--auth=trust"]
        if not self.durable:
            options.append("--no-sync")
        run([self.programs / "initdb", "-D", draft, *options], identity=self.identity)
        draft.rename(self.cluster)


def _let_pass(root: Path) -> None:
    root.chmod(0o711)
    for folder in root.parents:
        if not folder.stat().st_mode & 0o001:
            raise PlaceError(
                f"PostgreSQL must not run as root, and the user nobody may not enter {folder}: "
                "run as an ordinary user, or set CRM_HOME to a folder such as /var/lib/guanxi-crm."
            )


def _chown_tree(folder: Path, owner: int) -> None:
    if folder.stat().st_uid != owner:
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, owner, owner, follow_symlinks=False)


def _wait_for_leftovers(cluster: Path) -> None:
    """Wait until nothing of an earlier server works in the cluster, then remove its mark.

    After a kill the backends need a moment to notice, and the number in the mark may go to another process,
    which would keep PostgreSQL from starting.
    """
    if sys.platform != "linux":
        return  # no /proc to look into; PostgreSQL's own checks must do
    deadline = time.monotonic() + LEFTOVER_SECONDS
    while leftovers := _working_in(cluster):
        if time.monotonic() > deadline:
            raise StartError(f"Processes of an earlier PostgreSQL still work in {cluster}: {leftovers}")
        time.sleep(0.05)
    (cluster / "postmaster.pid").unlink(missing_ok=True)


def _working_in(cluster: Path) -> list[int]:
    """Return the processes whose working folder is the cluster: a server and its backends only."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if link.readlink() == cluster:
                found.append(int(link.parent.name))
    return found
