"""The processes of the site itself: web, worker and scheduler."""

import http.client
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from crm_site.local.children import Child, CommandChild
from crm_site.local.places import Home

HOST = "127.0.0.1"
# One more than the processors a small machine has, so that two long jobs leave a hand for short tasks.
WORKER_PROCESSES = 3
# A worker process that has grown beyond this is replaced after its task; kilobytes.
WORKER_MEMORY = 1_000_000


class Web(CommandChild):
    """Gunicorn; it serves once /healthz answers."""

    port = 0
    poll_seconds = 0.2

    def ready(self) -> bool:
        """Tell whether /healthz answers."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def site_children(home: Home, port: int, env: Mapping[str, str], keep_open: Sequence[int]) -> list[Child]:
    """Return the site's processes in starting order."""
    web = Web(
        "The web server",
        [
            *(sys.executable, "-m", "gunicorn", "crm_site.wsgi:application", "--bind", f"{HOST}:{port}"),
            *("--worker-class", "gthread", "--workers", "2", "--threads", "4", "--preload"),
            *("--timeout", "120", "--graceful-timeout", "5", "--no-control-socket"),
        ],
        log=home.logs / "web.log",
        env=env,
        dies_by=signal.SIGQUIT,
        keep_open=keep_open,
    )
    web.port = port
    worker = _celery(
        "The worker",
        home.logs / "worker.log",
        [
            *("worker", "--concurrency", str(max(WORKER_PROCESSES, os.cpu_count() or 1))),
            *("--without-gossip", "--without-mingle", "--max-memory-per-child", str(WORKER_MEMORY)),
        ],
        env,
        keep_open,
    )
    beat = _celery("The scheduler", home.logs / "scheduler.log", ["beat", "--pidfile="], env, keep_open)
    return [web, worker, beat]


def _celery(
    name: str, log: Path, words: Sequence[str], env: Mapping[str, str], keep_open: Sequence[int]
) -> CommandChild:
    command = [sys.executable, "-m", "celery", "-A", "crm_site.celery", *words, "--loglevel", "WARNING"]
    # Jobs resume, so a stop need not wait for long ones; the pool's processes die with the worker.
    return CommandChild(
        name, command, log=log, env=env, dies_by=signal.SIGKILL, patience_seconds=5.0, keep_open=keep_open
    )
