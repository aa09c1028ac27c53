"""The supervisor: one process that holds everything together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from crm_site.local.locks import FileLock
from crm_site.local.places import PROJECT, Home
from crm_site.local.postgres import Postgres
from crm_site.local.valkey import Valkey

# The real servers, with a site of two idle processes, one of which has a child of its own.
SUPERVISOR = """
import os, sys
from crm_site.local.children import CommandChild
from crm_site.local.environment import complete_environment
from crm_site.local.servers import Servers, owner_lock, take_lifeline
from crm_site.local.supervisor import Supervisor, say, stop_signals

embedded = complete_environment()
home = embedded.home
with stop_signals(), owner_lock(home) as owner:
    owner.take()
    owner.describe("http://127.0.0.1:8000")
    with take_lifeline(home) as lifeline:
        site = [
            CommandChild(name, command, log=home.logs / "idle", env=os.environ, keep_open=[lifeline.handle])
            for name, command in {
                "The loner": ["sleep", "1000"],
                "The parent": ["sh", "-c", "trap 'kill -9 0' TERM; sleep 1001 & wait"],
            }.items()
        ]
        servers = Servers(embedded, lifeline)
        supervisor = Supervisor(servers, site, [sys.executable, "-c", "print('welcome')"], os.environ)
        try:
            supervisor.start()
            say(supervisor.welcome + " " + " ".join(str(c.process.pid) for c in [*servers.children, *site]))
            supervisor.watch()
        finally:
            supervisor.stop()
"""


class Running:
    """A supervisor under test, and what it said."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.said = home.root / "said"
        environment = {**os.environ, "CRM_HOME": str(home.root), "DATABASE_URL": "", "REDIS_URL": ""}
        with self.said.open("w") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-c", SUPERVISOR], stderr=said, cwd=PROJECT, env=environment
            )
        self.until(lambda: "welcome" in self.said.read_text())
        line = self.said.read_text().split("welcome", 1)[1].split("\n")[0]
        self.postgres, self.valkey, self.loner, self.parent = (int(word) for word in line.split())

    def until(self, come_true: Callable[[], bool]) -> None:
        """Wait for something to come true."""
        deadline = time.monotonic() + 20
        while not come_true():
            assert time.monotonic() < deadline, self.said.read_text()
            time.sleep(0.05)

    def everything_is_gone(self) -> bool:
        """Tell whether no child is left: each of them, and each of theirs, holds this lock."""
        with FileLock(self.home.root / "children.lock") as lifeline:
            return lifeline.wait(10)


@pytest.fixture
def running(home: Home) -> Iterator[Running]:
    """A running supervisor."""
    started = Running(home)
    yield started
    started.process.kill()
    started.process.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_polite_end_stops_everything_in_order(running: Running, number: signal.Signals) -> None:
    running.process.send_signal(number)
    assert running.process.wait(20) == 0
    assert running.everything_is_gone()
    assert "database system is shut down" in (running.home.logs / "postgres.log").read_text()


def test_a_killed_supervisor_leaves_no_process_behind(running: Running) -> None:
    running.process.kill()
    running.process.wait()
    assert running.everything_is_gone()
    assert "database system is shut down" in (running.home.logs / "postgres.log").read_text()


def test_every_killed_part_is_started_again_while_the_others_run_on(running: Running) -> None:
    names = {
        running.postgres: "PostgreSQL",
        running.valkey: "Valkey",
        running.loner: "The loner",
        running.parent: "The parent",
    }
    for number, name in names.items():
        os.kill(number, signal.SIGKILL)
        running.until(lambda name=name: f"{name} was killed by SIGKILL; starting it again." in running.said.read_text())  # type: ignore[misc]
    running.until(Postgres(running.home).ready)
    running.until(Valkey(running.home).ready)
    running.process.terminate()
    assert running.process.wait(20) == 0
    assert running.everything_is_gone()
    assert running.said.read_text().count("starting it again") == len(names)


def test_a_second_start_on_the_same_data_is_refused_and_the_first_runs_on(running: Running) -> None:
    environment = {**os.environ, "CRM_HOME": str(running.home.root), "DATABASE_URL": "", "REDIS_URL": ""}
    second = subprocess.run(
        [sys.executable, "-m", "crm_site.local"], capture_output=True, text=True, cwd=PROJECT, env=environment
    )
    assert second.returncode == 1
    assert second.stderr == f"The CRM in {running.home.root} is running already: http://127.0.0.1:8000\n"
    assert running.process.poll() is None
    assert Postgres(running.home).ready()
