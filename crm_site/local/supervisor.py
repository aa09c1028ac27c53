"""Runs the whole CRM as children of one process: starts them, restarts the fallen, stops them in order."""

import contextlib
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from crm_site.local.children import Child
from crm_site.local.errors import StartError
from crm_site.local.places import PROJECT
from crm_site.local.processes import spawn
from crm_site.local.servers import Servers

WATCH_SECONDS = 0.3
LONGEST_PAUSE_SECONDS = 30.0
CALM_SECONDS = 60.0


class StopRequested(BaseException):
    """Somebody pressed Ctrl-C or asked politely to end; no `except Exception` eats it."""


@dataclass
class Watched:
    """A child with the history of its falls."""

    child: Child
    falls: int = 0
    fell_at: float = 0.0
    next_start: float | None = field(default=None)


class Supervisor:
    """The servers, the preparation of the database, and the processes of the site."""

    def __init__(self, servers: Servers, site: Sequence[Child], prepare: Sequence[str], env: Mapping[str, str]) -> None:
        self.servers = servers
        self.site = site
        self.prepare = prepare
        self.env = env
        self.welcome = ""

    def start(self) -> None:
        """Bring everything up; return when all of it serves."""
        self.servers.start()
        self.welcome = self._prepare()
        # One after the other: the web server comes first and has the processors for itself.
        for child in self.site:
            child.start()
            child.wait_ready()

    def watch(self) -> None:
        """Restart what falls, with growing pauses, until somebody asks to stop."""
        watched = [Watched(child) for child in (*self.servers.children, *self.site)]
        never = threading.Event()
        while not never.wait(WATCH_SECONDS):
            for each in watched:
                self._look_after(each)

    def stop(self) -> None:
        """End the site first, then its servers."""
        for child in reversed(self.site):
            child.ask_to_stop()
        for child in reversed(self.site):
            child.stop()
        self.servers.stop()

    def _prepare(self) -> str:
        process = spawn(self.prepare, env=self.env, cwd=PROJECT, stdout=subprocess.PIPE)
        try:
            words, _ = process.communicate()
        except BaseException:
            process.kill()
            process.wait()
            raise
        if process.returncode != 0:
            raise StartError("The database could not be prepared.")
        return words.decode().strip()

    def _look_after(self, watched: Watched) -> None:
        child, now = watched.child, time.monotonic()
        if child.running:
            return
        if watched.next_start is None:
            watched.falls = 1 if now - watched.fell_at > CALM_SECONDS else watched.falls + 1
            watched.fell_at = now
            pause = 0.0 if watched.falls == 1 else min(2.0**watched.falls, LONGEST_PAUSE_SECONDS)
            watched.next_start = now + pause
            say(f"{child.name} {ending(child)}; starting it again" + (f" in {pause:.0f} s." if pause else "."))
        if now >= watched.next_start:
            watched.next_start = None
            child.start()


def ending(child: Child) -> str:
    """Say how a child ended."""
    code = child.process.returncode if child.process else 0
    return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"


def say(words: str) -> None:
    """Tell whoever watches the terminal."""
    print(words, file=sys.stderr, flush=True)


@contextlib.contextmanager
def stop_signals() -> Iterator[None]:
    """Let the first Ctrl-C, SIGTERM or hang-up end the block; later ones don't disturb the ordered stop."""
    asked = False

    def handle(_number: int, _frame: object) -> None:
        nonlocal asked
        if not asked:
            asked = True
            raise StopRequested

    # Explicitly, because a shell that starts a job in the background has SIGINT ignored.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handle)
    with contextlib.suppress(StopRequested):
        yield
