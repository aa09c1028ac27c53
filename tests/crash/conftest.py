"""A site of real processes in a folder of its own: PostgreSQL, Valkey, and workers that can be killed."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
from celery import Celery
from psycopg.rows import dict_row

from crm_site.local.children import CommandChild
from crm_site.local.places import PROJECT, home_at, make_home
from crm_site.local.postgres import Postgres
from crm_site.local.valkey import Valkey

# Runs a few lines of Django in a process of its own and prints what it leaves in `result`.
DRIVER = (
    "import django, json, sys; django.setup(); names = {}; exec(sys.argv[1], names); print(json.dumps(names['result']))"
)


class Site:
    """The servers and one worker; everything is done from outside, as by strangers to the worker's memory."""

    def __init__(self, root: Path) -> None:
        self.home = home_at(root)
        make_home(self.home)
        self.postgres, self.valkey = Postgres(self.home), Valkey(self.home)
        self.worker = self._celery("The worker", "worker", "--concurrency", "1", "--without-gossip", "--without-mingle")

    def _celery(self, name: str, *words: str) -> CommandChild:
        command = [sys.executable, "-m", "celery", "-A", "crm_site.celery", *words, "--loglevel", "WARNING"]
        log = self.home.logs / f"{words[0]}.log"
        return CommandChild(name, command, log=log, env=self.environment, dies_by=signal.SIGKILL)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of the site's processes: quick to notice a death."""
        return {
            **os.environ,
            "DATABASE_URL": self.home.database_url,
            "REDIS_URL": self.home.redis_url,
            "MEDIA_ROOT": str(self.home.media),
            "DJANGO_SETTINGS_MODULE": "crm_site.settings",
            "JOB_HEARTBEAT_SECONDS": "0.2",
            "JOB_LOST_AFTER_SECONDS": "1.5",
        }

    def start(self) -> None:
        """Start the servers and make the tables."""
        self.valkey.start()
        self.postgres.prepare()
        self.postgres.start()
        self.postgres.wait_ready()
        self.postgres.make_database()
        self.valkey.wait_ready()
        command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(command, cwd=PROJECT, env=self.environment, check=True)

    def stop(self) -> None:
        """Stop everything."""
        for child in (self.worker, self.valkey, self.postgres):
            child.stop()

    def do(self, code: str) -> Any:
        """Run lines of Django in a fresh process and return its `result`."""
        done = subprocess.run(
            [sys.executable, "-c", DRIVER, code], cwd=PROJECT, env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def rows(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        """Ask the database."""
        with psycopg.connect(
            host=str(self.home.sockets), user="crm", dbname="crm", autocommit=True, row_factory=dict_row
        ) as connection:
            return connection.execute(statement, values).fetchall()

    def run_of(self, pk: int) -> dict[str, Any]:
        """Return a job run as it stands."""
        return self.rows("SELECT * FROM jobs_jobrun WHERE id = %s", pk)[0]

    def until(self, true: Callable[[], Any], seconds: float = 30, every: float = 0.01) -> Any:
        """Wait until something holds and return it; a database that is away for a moment does not count."""
        deadline = time.monotonic() + seconds
        while True:
            with contextlib.suppress(psycopg.OperationalError):
                if found := true():
                    return found
            assert time.monotonic() < deadline, self.worker.last_words()
            time.sleep(every)

    def ring(self, run: int) -> None:
        """Wake the worker for a run that was started without waking it, now that somebody watches."""
        with Celery(broker=self.home.redis_url.replace("unix://", "redis+socket://")) as app:
            app.send_task("jobs.run", args=(run,), ignore_result=True)

    def swept(self, task: str) -> bool:
        """Do what the scheduler does when a sweep is due; always true, to stand in conditions."""
        with Celery(broker=self.home.redis_url.replace("unix://", "redis+socket://")) as app:
            app.send_task(task, ignore_result=True)
        return True

    def finish(self, pk: int, seconds: float = 40) -> dict[str, Any]:
        """Sweep every second, as a scheduler would, until the run has ended; return it."""
        swept = 0.0

        def ended() -> dict[str, Any] | None:
            nonlocal swept
            if time.monotonic() - swept > 1:
                swept = time.monotonic()
                self.swept("jobs.sweep")
                self.swept("events.deliver_pending")
            run = self.run_of(pk)
            return run if run["finished_at"] else None

        found: dict[str, Any] = self.until(ended, seconds, every=0.05)
        return found

    def kill_worker(self) -> None:
        """Kill the worker and its children, without a word of warning."""
        process = self.worker.process
        assert process is not None
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_child_of_worker(self) -> None:
        """Kill only the process that does the work, as the kernel does when memory is short."""
        process = self.worker.process
        assert process is not None
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        for child in children:
            os.kill(int(child), signal.SIGKILL)

    def flush_valkey(self) -> None:
        """Forget every message."""
        with redis.Redis(unix_socket_path=str(self.home.valkey_socket)) as client:
            client.flushall()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """The site of a module of tests."""
    with tempfile.TemporaryDirectory(prefix="gx-") as root:
        made = Site(Path(root))
        try:
            made.start()
            yield made
        finally:
            made.stop()
