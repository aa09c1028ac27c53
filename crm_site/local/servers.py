"""The embedded servers of one home, started once however many processes want them."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from crm_site.local.children import Child
from crm_site.local.environment import Embedded
from crm_site.local.errors import HomeInUseError
from crm_site.local.locks import FileLock
from crm_site.local.places import DATABASE, Home
from crm_site.local.postgres import Postgres
from crm_site.local.upgrading import upgrade
from crm_site.local.valkey import Valkey

LEFTOVER_SECONDS = 60.0
STARTING_SECONDS = 120.0


class Servers:
    """PostgreSQL and Valkey of a home, as far as the environment names no others."""

    def __init__(self, embedded: Embedded, lifeline: FileLock) -> None:
        self.postgres = Postgres(embedded.home, keep_open=[lifeline.handle]) if embedded.postgres else None
        self.valkey = Valkey(embedded.home, keep_open=[lifeline.handle]) if embedded.valkey else None

    @property
    def children(self) -> list[Child]:
        """The servers there are, in starting order."""
        return [server for server in (self.postgres, self.valkey) if server is not None]

    def start(self) -> None:
        """Start the servers and return when they serve."""
        if self.valkey:
            self.valkey.start()
        if self.postgres:
            upgrade(self.postgres)
            self.postgres.prepare()
            self.postgres.start()
            self.postgres.wait_ready()
            self.postgres.make_database()
        if self.valkey:
            self.valkey.wait_ready()

    def stop(self) -> None:
        """Stop the servers."""
        for child in self.children:
            child.ask_to_stop()
        for child in self.children:
            child.stop()


def owner_lock(home: Home) -> FileLock:
    """Return the lock of the one process that may start and stop servers in this home."""
    return FileLock(home.root / "owner.lock")


def guests_lock(home: Home) -> FileLock:
    """Return the lock that commands share while they use servers which another process started."""
    return FileLock(home.root / "guests.lock")


def take_lifeline(home: Home) -> FileLock:
    """Return the lock that every child inherits: it is free again when the last of them is gone."""
    lifeline = FileLock(home.root / "children.lock")
    if not lifeline.wait(LEFTOVER_SECONDS):
        raise HomeInUseError(f"Processes of an earlier run still work in {home.root}.")
    return lifeline


@contextmanager
def servers_for_a_command(embedded: Embedded) -> Iterator[None]:
    """Provide the servers for the length of a command: those of the running site, or own ones."""
    if not (embedded.postgres or embedded.valkey):
        yield
        return
    with owner_lock(embedded.home) as owner, guests_lock(embedded.home) as guests:
        if _own_or_visit(owner, guests):
            with take_lifeline(embedded.home) as lifeline:
                yield from _serve(Servers(embedded, lifeline), owner, guests)
        else:
            _wait_for_servers(embedded)
            yield


def _own_or_visit(owner: FileLock, guests: FileLock) -> bool:
    while True:
        if owner.take():
            return True
        # An owner that is about to stop its servers holds the guests' lock alone.
        if guests.take(shared=True):
            return False
        time.sleep(0.1)


def _serve(servers: Servers, owner: FileLock, guests: FileLock) -> Iterator[None]:
    owner.describe("a command")
    try:
        servers.start()
        yield
    finally:
        try:
            _wait_for_guests(guests)
        finally:
            servers.stop()


def _wait_for_guests(guests: FileLock) -> None:
    if not guests.take():
        print("Waiting for other commands that use this database.", file=sys.stderr)
        guests.wait(float("inf"))


def _wait_for_servers(embedded: Embedded) -> None:
    deadline = time.monotonic() + STARTING_SECONDS
    postgres = Postgres(embedded.home) if embedded.postgres else None
    valkey = Valkey(embedded.home) if embedded.valkey else None
    while not ((postgres is None or postgres.ready(DATABASE)) and (valkey is None or valkey.ready())):
        if time.monotonic() > deadline:
            raise HomeInUseError(f"The servers in {embedded.home.root} belong to another process and don't answer.")
        time.sleep(0.1)
