"""The embedded PostgreSQL."""

import os
import signal
import stat

import pytest

from crm_site.local.places import Home
from crm_site.local.postgres import Postgres
from crm_site.local.processes import Identity, unprivileged_identity

# Root can go both ways where user namespaces are allowed; an ordinary user stays who they are.
IDENTITIES = list(dict.fromkeys([unprivileged_identity(), Identity.NOBODY if os.geteuid() == 0 else Identity.SAME]))


def serve(server: Postgres) -> Postgres:
    server.prepare()
    server.start()
    server.wait_ready()
    server.make_database()
    return server


@pytest.mark.parametrize("identity", IDENTITIES, ids=lambda identity: identity.name.lower())
def test_it_serves_chinese_trigrams_and_keeps_its_data_over_a_kill(home: Home, identity: Identity) -> None:
    server = serve(Postgres(home, identity=identity))
    try:
        with server.connect() as connection:
            connection.execute("CREATE EXTENSION pg_trgm; CREATE TABLE kept (word text)")
            connection.execute("INSERT INTO kept VALUES ('伟国')")
            found = connection.execute("SELECT cardinality(show_trgm('张伟国'))").fetchone()
        assert found == (4,)
        assert stat.S_IMODE(home.sockets.stat().st_mode) == 0o700
        assert server.process is not None
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        serve(server)
        with server.connect() as connection:
            assert connection.execute("SELECT word FROM kept").fetchall() == [("伟国",)]
    finally:
        server.stop()
    assert not (server.cluster / "postmaster.pid").exists()


def test_a_cluster_that_was_killed_while_being_made_is_made_again(home: Home) -> None:
    half_made = home.cluster.with_name("postgres.draft")
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")
    server = Postgres(home, durable=False)
    server.prepare()
    assert not half_made.exists()
    assert (home.cluster / "PG_VERSION").read_text() == f"{server.programs.major}\n"


def test_a_number_left_by_a_crash_that_now_belongs_to_another_process_is_no_obstacle(home: Home) -> None:
    server = Postgres(home, durable=False)
    server.prepare()
    (home.cluster / "postmaster.pid").write_text(f"{os.getpid()}\n")
    try:
        serve(server)
        assert server.running
    finally:
        server.stop()


@pytest.mark.parametrize(("gigabytes", "kept"), [(1, "256MB"), (8, "1024MB"), (24, "2048MB")])
def test_it_keeps_pages_in_an_eighth_of_the_memory(
    gigabytes: int, kept: str, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sysconf", {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": gigabytes * 2**18}.__getitem__)
    assert Postgres(home).settings["shared_buffers"] == kept
    assert Postgres(home, durable=False).settings["shared_buffers"] == "256MB"
