"""Management commands on the embedded servers."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crm_site.local.commands import is_offline
from crm_site.local.locks import FileLock
from crm_site.local.places import PROJECT, Home

COMMAND = """
import sys
from crm_site.local.commands import servers_for
from crm_site.local.environment import configured_home
from crm_site.local.postgres import Postgres

with servers_for(["manage.py", "anything"]):
    with Postgres(configured_home()).connect() as connection:
        connection.execute("SELECT 1")
        print("in use", flush=True)
        sys.stdin.readline()
        connection.execute("SELECT 1")
print("done", flush=True)
"""


def begin(home: Home) -> "subprocess.Popen[str]":
    environment = {**os.environ, "CRM_HOME": str(home.root), "DATABASE_URL": "", "REDIS_URL": ""}
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
        env=environment,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "in use\n"
    return process


def end(process: "subprocess.Popen[str]") -> str:
    words, errors = process.communicate("\n", timeout=30)
    assert process.returncode == 0, errors
    return words


def nothing_runs(home: Home) -> bool:
    """Tell whether every server is gone: each of them holds this lock."""
    with FileLock(home.root / "children.lock") as lifeline:
        return lifeline.wait(10)


def test_a_command_starts_the_servers_for_its_own_length(home: Home) -> None:
    command = begin(home)
    with FileLock(home.root / "children.lock") as lifeline:
        assert not lifeline.take()
    assert end(command) == "done\n"
    assert nothing_runs(home)


def test_the_servers_stay_until_the_last_of_several_commands_has_ended(home: Home) -> None:
    first, second = begin(home), begin(home)
    assert first.stdin is not None
    first.stdin.write("\n")
    first.stdin.flush()
    time.sleep(0.5)
    assert first.poll() is None
    assert end(second) == "done\n"
    assert end(first) == "done\n"
    assert nothing_runs(home)


def test_a_killed_command_leaves_no_server_behind(home: Home) -> None:
    command = begin(home)
    command.kill()
    command.communicate()
    assert nothing_runs(home)
    assert end(begin(home)) == "done\n"


@pytest.mark.parametrize(
    ("words", "offline"),
    [
        ([], True),
        (["makemessages"], True),
        (["migrate", "--help"], True),
        (["migrate"], False),
        (["import_file", "orders", "help.csv"], False),
    ],
)
def test_only_commands_without_a_database_go_without_servers(words: list[str], offline: bool) -> None:
    assert is_offline([str(Path("manage.py")), *words]) is offline
