"""A pytest plugin: throwaway PostgreSQL and Valkey for the session, up before Django reads its settings."""

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crm_site.local.places import Home, home_at, make_home
from crm_site.local.postgres import Postgres
from crm_site.local.valkey import Valkey

PREFIX = "guanxi-test-"


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Start what the environment doesn't name; pytest-django sets Django up right after this."""
    os.environ.setdefault("SECRET_KEY", "a key for tests only")
    if "DATABASE_URL" in os.environ and "REDIS_URL" in os.environ:
        return
    home = throwaway_home()
    if "DATABASE_URL" not in os.environ:
        start_postgres(home)
        os.environ["DATABASE_URL"] = home.database_url
    if "REDIS_URL" not in os.environ:
        start_valkey(home)
        os.environ["REDIS_URL"] = home.redis_url
    os.environ.setdefault("MEDIA_ROOT", str(home.media))
    os.environ.setdefault("STATIC_ROOT", str(home.static))


def throwaway_home() -> Home:
    """Make a home that is removed when this process ends, and remove those that killed ones left."""
    _remove_abandoned()
    root = Path(tempfile.mkdtemp(prefix=PREFIX))
    lock = os.open(root / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)  # held until this process ends
    home = home_at(root)
    make_home(home)
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    return home


def start_postgres(home: Home) -> Postgres:
    """Start a PostgreSQL that stops when this process ends."""
    server = Postgres(home, durable=False)
    server.prepare()
    server.start()
    atexit.register(server.stop)
    server.wait_ready()
    server.make_database()
    return server


def start_valkey(home: Home) -> Valkey:
    """Start a Valkey that stops when this process ends."""
    server = Valkey(home, durable=False)
    server.start()
    atexit.register(server.stop)
    server.wait_ready()
    return server


def _remove_abandoned() -> None:
    for root in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            with _free(root / "lock"):
                shutil.rmtree(root, ignore_errors=True)
        except OSError:
            continue  # in use, being made, or somebody else's


@contextmanager
def _free(lock: Path) -> Iterator[None]:
    handle = os.open(lock, os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)
