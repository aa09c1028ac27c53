"""How quick an import of many customers is, against a raw COPY of the rows it makes, and how little memory it takes."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from crm_site.local.places import PROJECT
from crm_site.local.postgres import Postgres
from tests.benchmarks.databases import serving

ROWS = int(os.environ.get("IMPORT_ROWS") or 100_000)
LEAST_SHARE = 0.4
MOST_MEGABYTES = 256
GIVEN = [
    "Ada",
    "Björn",
    "Chloé",
    "Dmitri",
    "Elif",
    "Finn",
    "Grace",
    "Hana",
    "Ines",
    "José",
    "Keiko",
    "Lars",
    "Maya",
    "Noor",
    "Ola",
    "Priya",
    "Renée",
    "Søren",
    "Tom",
    "Zoë",
]
FAMILY = [
    "Weiß",
    "Tanaka",
    "Müller",
    "Costa",
    "Dlamini",
    "O'Connor",
    "Petrov",
    "García",
    "Nguyen",
    "Smith-Jones",
    "Berg",
    "Lévy",
    "Okafor",
    "Iyer",
    "Rossi",
]
CHINESE = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华"
JOBS = ("Buyer", "CEO", "Head of Purchasing", "Engineer", "采购经理", "")
# As a worker does it, whose code and dictionaries are in memory; by a clock that nobody sets.
DRIVER = """
import json, sys, time
from pathlib import Path
import django
django.setup()
from crm_site.imports.services import open_import, start_import
from crm_site.jobs.running import run_job
from crm_site.lib.text import search_text
search_text(["张伟"])
began = time.monotonic()
job = open_import("customers", Path(sys.argv[1]), "customers.csv", None, is_own_copy=False)
run = run_job(start_import(job, wake=False).pk)
print(json.dumps({**run.counts, "error": run.error, "seconds": time.monotonic() - began}))
"""
TABLES = ("customers_customer", "customers_contactpoint")


def write_file(path: Path, rows: int) -> None:
    """Write a file of customers, a third with Chinese names; each has its own reference, mail and phone."""
    choose = random.Random(11)
    with path.open("w", encoding="utf-8") as file:
        file.write("Customer ID,First Name,Last Name,Email,Phone,Job Title,Country,Lead Source,Birthday\n")
        for row in range(rows):
            if row % 3:
                given, family = choose.choice(GIVEN), choose.choice(FAMILY)
                country, phone = "Germany", f"+49 30 {10000000 + row}"
            else:
                family = choose.choice(CHINESE[0])
                given = "".join(choose.choices(CHINESE[1], k=choose.choice((1, 2, 2))))
                country, phone = "China", f"13{row:09d}"
            file.write(
                f"C{row:07d},{given},{family},person{row}@mail{row % 997}.example.com,{phone},{choose.choice(JOBS)},"
                f"{country},Fair,{1950 + row % 50}-{1 + row % 12:02d}-{1 + row % 28:02d}\n"
            )


@contextmanager
def fresh_database(server: Postgres, name: str) -> Iterator[dict[str, str]]:
    """Make an empty database with our tables, and yield the environment in which to use it."""
    with server.connect("postgres") as session:
        session.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        session.execute(f'CREATE DATABASE "{name}"')
    address = server.home.database_url.rpartition("/")
    url = server.home.database_url.replace("/crm?", f"/{name}?") if "?" in address[2] else f"{address[0]}/{name}"
    environment = {**os.environ, "DATABASE_URL": url, "MEDIA_ROOT": str(server.home.media)}
    # A worker has its code in memory; these processes at least need not compile it.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment["PYTHONPYCACHEPREFIX"] = str(server.home.root / "bytecode")
    environment["DJANGO_SETTINGS_MODULE"] = "crm_site.settings"
    try:
        manage(environment, "migrate", "--verbosity", "0")
        yield environment
    finally:
        with server.connect("postgres") as session:
            session.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def manage(environment: dict[str, str], *words: str) -> str:
    """Run a command of the site in a process of its own."""
    command = [sys.executable, "manage.py", *words]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


class Watched:
    """A process with its children, and the most memory they held together, in megabytes."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.most = 0.0
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._watch.start()

    def finish(self) -> str:
        """Wait for its end and return what it printed."""
        out, errors = self.process.communicate()
        self._watch.join()
        assert self.process.returncode == 0, errors[-3000:]
        return out

    def _look(self) -> None:
        while self.process.poll() is None:
            held = sum(_resident(pid) for pid in _family(self.process.pid))
            self.most = max(self.most, held / 1024)
            time.sleep(0.05)


def _family(pid: int) -> list[int]:
    found = [pid]
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [one for child in children.read_text().split() for one in _family(int(child))]
        except OSError:
            continue
    return found


def _resident(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    lines = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    # Pages of libraries that both processes map count once.
    return int(lines.get("RssAnon", "0 kB").split()[0]) + (int(lines.get("RssFile", "0 kB").split()[0]))


def raw_copy(server: Postgres, source: str, target: str, folder: Path) -> float:
    """Copy the rows of one database into the empty tables of another and return the seconds it took."""
    with server.connect(source) as session:
        for table in TABLES:
            with (
                (folder / table).open("wb") as file,
                session.cursor() as cursor,
                cursor.copy(f"COPY {table} TO STDOUT") as rows,
            ):
                for data in rows:
                    file.write(data)
    with server.connect(target) as session:
        for table in TABLES:
            session.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")  # no history: as raw as can be
        began = time.monotonic()
        for table in TABLES:
            _load(session, table, folder / table)
        return time.monotonic() - began


def _load(session: psycopg.Connection[Any], table: str, path: Path) -> None:
    with path.open("rb") as file, session.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as rows:
        while data := file.read(1 << 20):
            rows.write(data)


def test_an_import_keeps_up_with_a_raw_copy() -> None:
    with tempfile.TemporaryDirectory() as place, serving() as databases:
        folder = Path(place)
        write_file(folder / "customers.csv", ROWS)
        server = databases.server
        with fresh_database(server, "bench_import") as ours, fresh_database(server, "bench_copy"):
            watched = Watched([sys.executable, "-c", DRIVER, str(folder / "customers.csv")], ours)
            report = json.loads(watched.finish().splitlines()[-1])
            assert (report["rows"], report["created"], report["failed"], report["error"]) == (ROWS, ROWS, 0, "")
            seconds = raw_copy(server, "bench_import", "bench_copy", folder)
    share = seconds / report["seconds"]
    sys.stdout.write(
        f"\nimport: {ROWS:,} customers in {report['seconds']:.1f} s, {ROWS / report['seconds']:,.0f} rows a second, "
        f"{watched.most:.0f} MB\nraw COPY: {seconds:.1f} s, {ROWS / seconds:,.0f} rows a second\nshare: {share:.0%}\n"
    )
    assert watched.most <= MOST_MEGABYTES
    if ROWS >= 100_000:
        assert share >= LEAST_SHARE


@pytest.mark.parametrize("size", [2_000])
def test_the_file_is_what_it_says(tmp_path: Path, size: int) -> None:
    write_file(tmp_path / "file.csv", size)
    assert sum(1 for _line in (tmp_path / "file.csv").open(encoding="utf-8")) == size + 1
