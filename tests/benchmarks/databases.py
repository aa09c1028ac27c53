"""A PostgreSQL of the benchmarks' own, with a demo company of each size that is kept from run to run."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from crm_site.demo.loading import load_demo
from crm_site.demo.models import DemoLoad
from crm_site.local.locks import FileLock
from crm_site.local.places import PROJECT, home_at, make_home
from crm_site.local.postgres import Postgres

FOLDER = Path(os.environ.get("BENCH_HOME") or Path(tempfile.gettempdir()) / f"guanxi-bench-{os.geteuid()}")
# The figures of the last days would be empty if the company were older.
KEPT_FOR = dt.timedelta(days=7)


class Databases:
    """Databases by size on one server; one of them is the default connection at a time."""

    def __init__(self, server: Postgres) -> None:
        self.server = server
        self.loaded_in: dict[str, float] = {}
        self.connections: dict[str, BaseDatabaseWrapper] = {}

    def provide(self, size: str) -> None:
        """Make the company of this size unless a fresh one of this version of the code is there."""
        name = self._name(size)
        self.provide_empty(size)
        call_command("migrate", interactive=False, verbosity=0)
        load = DemoLoad.objects.first()
        if load is not None and (load.prepared_at is None or timezone.localdate() - load.day > KEPT_FOR):
            connection.close()
            with self.server.connect("postgres") as session:
                session.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
            self.provide(size)
        elif load is None:
            began = time.monotonic()
            with connection.cursor() as cursor:
                # As for those who load a company from the command line.
                cursor.execute(
                    "SELECT set_config('max_parallel_workers_per_gather', boot_val, false) FROM pg_settings "
                    "WHERE name = 'max_parallel_workers_per_gather'"
                )
            load_demo(size, say=lambda words: None)
            self.loaded_in[size] = time.monotonic() - began
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")
            connection.close()

    def provide_empty(self, name: str) -> None:
        """Make a database of this name unless it is there, and use it; whoever asks brings tables and rows."""
        with self.server.connect("postgres") as session:
            found = [row[0] for row in session.execute("SELECT datname FROM pg_database").fetchall()]
            for other in found:
                if other.startswith(f"bench_{name.lower()}_") and other != self._name(name):
                    session.execute(f'DROP DATABASE "{other}" WITH (FORCE)')
            if self._name(name) not in found:
                session.execute(f'CREATE DATABASE "{self._name(name)}"')
        self.use(name)

    def use(self, size: str) -> None:
        """Make this size the default connection, as pages have it. Each keeps its own, warm, as a busy server does."""
        if size not in self.connections:
            place = {"HOST": str(self.server.home.sockets), "NAME": self._name(size), "USER": "crm", "PORT": ""}
            asked = {"options": settings.WEB_DATABASE_OPTIONS}
            made = connections.create_connection("default")
            made.settings_dict = {**made.settings_dict, **place, "CONN_MAX_AGE": None, "OPTIONS": asked}
            self.connections[size] = made
        connections["default"] = self.connections[size]
        # Other threads, a job's heartbeat among them, make theirs to the same place.
        connections.settings["default"] = self.connections[size].settings_dict

    def chill(self) -> None:
        """Start the server anew and, where the system lets us, drop what it keeps of the files in memory."""
        self.close()
        self.server.stop()
        with contextlib.suppress(OSError):
            os.sync()
            Path("/proc/sys/vm/drop_caches").write_text("3\n")
        self.server.start()
        self.server.wait_ready()

    def close(self) -> None:
        """Close all connections."""
        for one in self.connections.values():
            one.close()

    def _name(self, size: str) -> str:
        return f"bench_{size.lower()}_{fingerprint()}"


def fingerprint() -> str:
    """Return what changes with the tables and with the demo company."""
    digest = hashlib.sha256()
    for pattern in ("*/migrations/0*.py", "crm_site/*/migrations/0*.py", "crm_site/demo/*.py", "*/demo/*.py"):
        for path in sorted(PROJECT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


@contextlib.contextmanager
def serving() -> Iterator[Databases]:
    """Run the server; a second run of the benchmarks waits for the first."""
    home = home_at(FOLDER)
    make_home(home)
    with FileLock(home.root / "lock") as lock:
        lock.wait(float("inf"))
        server = Postgres(home)
        server.prepare()
        server.start()
        try:
            server.wait_ready()
            databases = Databases(server)
            yield databases
            databases.close()
        finally:
            server.stop()
