"""The move of the data to a newer PostgreSQL."""

from pathlib import Path

import pytest

from crm_site.local.errors import UpgradeError
from crm_site.local.places import Home
from crm_site.local.postgres import Postgres
from crm_site.local.programs import PostgresPrograms, find_postgres
from crm_site.local.upgrading import recorded_major, upgrade


class Newer(PostgresPrograms):
    """The installed programs, which say that they are one major newer."""

    major = find_postgres().major + 1


class Older(PostgresPrograms):
    """The installed programs, which say that they are one major older."""

    major = find_postgres().major - 1


def fill(home: Home) -> None:
    server = Postgres(home)
    server.prepare()
    server.start()
    try:
        server.wait_ready()
        server.make_database()
        with server.connect() as connection:
            connection.execute("CREATE EXTENSION unaccent; CREATE TABLE kept (word text PRIMARY KEY)")
            connection.execute("INSERT INTO kept VALUES ('伟国'), ('Ærø')")
    finally:
        server.stop()


def words(home: Home) -> list[str]:
    server = Postgres(home)
    server.start()
    try:
        server.wait_ready()
        with server.connect() as connection:
            return [word for (word,) in connection.execute("SELECT word FROM kept ORDER BY word")]
    finally:
        server.stop()


def test_an_older_cluster_moves_and_the_old_one_stays(home: Home) -> None:
    fill(home)
    installed = find_postgres()
    wanted: list[int] = []

    def find(major: int, _home: Home) -> PostgresPrograms:
        wanted.append(major)
        return installed

    upgrade(Postgres(home, programs=Newer(installed.folder)), find)
    assert wanted == [installed.major]
    assert words(home) == ["Ærø", "伟国"]
    kept = list(home.root.glob(f"postgres-{installed.major}-*"))
    assert [recorded_major(each) for each in kept] == [installed.major]
    assert not (home.root / "upgrade.sql").exists()


def test_the_same_major_stays_where_it_is(home: Home) -> None:
    home.cluster.mkdir()
    (home.cluster / "PG_VERSION").write_text(f"{find_postgres().major}\n")
    upgrade(Postgres(home))
    assert [each.name for each in home.root.glob("postgres*")] == ["postgres"]


def test_data_of_a_newer_major_are_refused_untouched(home: Home) -> None:
    home.cluster.mkdir()
    (home.cluster / "PG_VERSION").write_text(f"{find_postgres().major}\n")
    with pytest.raises(UpgradeError, match=f"needs PostgreSQL {find_postgres().major}"):
        upgrade(Postgres(home, programs=Older(find_postgres().folder)))
    assert [each.name for each in home.cluster.iterdir()] == ["PG_VERSION"]


@pytest.mark.parametrize(
    ("old_is_there", "survivor"),
    [(True, "old"), (False, "new")],
    ids=["before the move", "between the renames"],
)
def test_an_upgrade_that_was_killed_leaves_one_whole_cluster(home: Home, old_is_there: bool, survivor: str) -> None:
    def mark(folder: Path, words: str) -> None:
        folder.mkdir()
        (folder / "PG_VERSION").write_text(f"{find_postgres().major}\n")
        (folder / "which").write_text(words)

    mark(home.root / "postgres.new", "new")
    if old_is_there:
        mark(home.cluster, "old")
    upgrade(Postgres(home))
    assert (home.cluster / "which").read_text() == survivor
    assert not (home.root / "postgres.new").exists()
