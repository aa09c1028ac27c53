"""The whole site as `make run` starts it, with the real web server, worker and scheduler."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from crm_site.local.locks import FileLock
from crm_site.local.places import PROJECT, Home


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until_said(said: Path, pattern: str) -> None:
    deadline = time.monotonic() + 90
    while not re.search(pattern, said.read_text()):
        assert time.monotonic() < deadline, said.read_text()
        time.sleep(0.1)


def process_of(supervisor: int, word: str) -> int:
    """Return the supervisor's child with this word on its command line."""
    children = Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()
    (found,) = [int(pid) for pid in children if f"\0{word}\0" in Path(f"/proc/{pid}/cmdline").read_text()]
    return found


def test_killed_parts_come_back_and_a_killed_supervisor_takes_everything_along(home: Home) -> None:
    port, said = free_port(), home.root / "said"
    environment = {
        **os.environ,
        "CRM_HOME": str(home.root),
        "DATABASE_URL": "",
        "REDIS_URL": "",
        "PORT": str(port),
        "DEMO": "none",
    }
    with said.open("w") as output:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "crm_site.local"], stderr=output, cwd=PROJECT, env=environment
        )
    try:
        until_said(said, f"The CRM runs at http://127.0.0.1:{port}\nMake the first administrator")
        for word, name in {"gunicorn": "web server", "worker": "worker", "beat": "scheduler"}.items():
            os.kill(process_of(supervisor.pid, word), signal.SIGKILL)
            until_said(said, f"The {name} was killed by SIGKILL; starting it again")
        deadline = time.monotonic() + 30
        while not alive(port):
            assert time.monotonic() < deadline
            time.sleep(0.1)
    finally:
        supervisor.kill()
        supervisor.wait()
    # Every process of the site, the servers and their children hold this lock.
    with FileLock(home.root / "children.lock") as lifeline:
        assert lifeline.wait(10)
    assert not alive(port)


def alive(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.read() == b"ok\n")
    except OSError:
        return False
