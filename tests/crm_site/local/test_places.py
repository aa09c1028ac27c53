"""Where the embedded start keeps its files."""

import os
import stat
import tempfile
from pathlib import Path

import pytest

from crm_site.local.errors import PlaceError
from crm_site.local.places import Home, configured_home, home_at, make_home


def test_sockets_lie_in_the_data_folder_when_its_path_is_short() -> None:
    home = home_at(Path("/srv/crm"))
    assert home.sockets == Path("/srv/crm/run")
    assert home.database_url == "postgres://crm@//srv/crm/run/crm"
    assert home.redis_url == "unix:///srv/crm/run/valkey.sock"


@pytest.mark.parametrize("name", ["x" * 90, "客户", "with space", "per%cent", "quest?ion"])
def test_sockets_of_a_long_or_odd_path_lie_in_the_temporary_folder(name: str) -> None:
    home = home_at(Path("/srv") / name)
    assert home.sockets.parent == Path(tempfile.gettempdir())
    assert home.sockets.name.startswith(f"guanxi-{os.geteuid()}-")
    assert home.sockets == home_at(Path("/srv") / name).sockets


def test_the_longest_accepted_socket_path_has_99_bytes() -> None:
    # "/" + name + "/run" + "/.s.PGSQL.5432"
    assert home_at(Path("/" + "x" * 80)).sockets == Path("/" + "x" * 80 + "/run")
    assert home_at(Path("/" + "x" * 81)).sockets.parent == Path(tempfile.gettempdir())


def test_a_relative_data_folder_counts_from_the_project(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CRM_HOME", "elsewhere")
    monkeypatch.chdir(tmp_path)
    assert configured_home().root == Path(__file__).resolve().parents[3] / "elsewhere"


def test_only_the_owner_may_enter_the_folders(home: Home) -> None:
    for folder in (home.root, home.sockets, home.logs, home.media):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_socket_folder_planted_by_somebody_else_is_refused(tmp_path: Path) -> None:
    planted = tmp_path / "planted"
    planted.mkdir(mode=0o755)
    link = tmp_path / "link"
    link.symlink_to(planted)
    with pytest.raises(PlaceError, match="belongs to somebody else"):
        make_home(Home(tmp_path / "home", link))
    assert stat.S_IMODE(planted.stat().st_mode) == 0o755
