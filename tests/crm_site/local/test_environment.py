"""What an embedded start adds to the environment."""

import os
import re
import stat
from pathlib import Path

import pytest

from crm_site.local.environment import complete_environment, kept_secret
from crm_site.local.places import PROJECT


def test_a_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "secret-key"
    secret = kept_secret(path)
    assert len(secret) == 64
    assert kept_secret(path) == secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["secret-key"]
    assert kept_secret(tmp_path / "another") != secret


def test_named_servers_and_keys_stay_and_nothing_is_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CRM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DATABASE_URL", "postgres://somewhere/else")
    monkeypatch.setenv("REDIS_URL", "redis://somewhere")
    monkeypatch.setenv("SECRET_KEY", "mine")
    embedded = complete_environment()
    assert (embedded.postgres, embedded.valkey) == (False, False)
    assert not (tmp_path / "home").exists()


def test_without_named_servers_the_embedded_ones_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:

    monkeypatch.setenv("CRM_HOME", str(tmp_path))
    # Set first, so that monkeypatch puts back what complete_environment changes.
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "MEDIA_ROOT", "STATIC_ROOT"):
        monkeypatch.setenv(name, "")
    embedded = complete_environment()
    assert (embedded.postgres, embedded.valkey) == (True, True)
    assert os.environ["DATABASE_URL"] == embedded.home.database_url
    assert os.environ["REDIS_URL"] == embedded.home.redis_url
    assert os.environ["SECRET_KEY"] == (tmp_path / "secret-key").read_text()
    assert os.environ["MEDIA_ROOT"] == str(tmp_path / "media")
    assert os.environ["STATIC_ROOT"] == str(tmp_path / "static")


def test_the_example_lists_every_variable_that_the_settings_read() -> None:
    settings = (PROJECT / "crm_site" / "settings.py").read_text()
    read = set(re.findall(r'\benv(?:\.\w+)?\(\s*"([A-Z_0-9]+)"', settings))
    example = (PROJECT / ".env.example").read_text()
    listed = set(re.findall(r"^(?:# )?([A-Z_0-9]+)=", example, re.MULTILINE))
    outside_the_settings = {"POSTGRES_PASSWORD", "PORT", "DEMO", "CRM_HOME", "POSTGRES_PROGRAMS"}
    assert len(read) > 20
    assert listed - outside_the_settings == read
