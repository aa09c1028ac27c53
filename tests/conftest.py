"""What every test can ask for: a fixed cast of people, clients signed in as them, and an importer of small files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client, override_settings
from pytest_django.fixtures import Settings

from crm_site.staff.models import User
from tests.factories.staff import TeamFactory, UserFactory

Importer = Callable[..., dict[str, Any]]


@dataclass(frozen=True)
class Cast:
    """The same people in every test: the owner of the records, and how the others stand to them."""

    owner: User
    teammate: User
    lead: User
    outsider: User
    agent: User
    marketer: User
    manager: User
    admin: User

    def __iter__(self) -> Iterator[User]:
        """Go through everybody."""
        return iter(vars(self).values())


@pytest.fixture(autouse=True, scope="session")
def static_files() -> Iterator[None]:
    """Look static files up when they are asked for: every client of a test would begin with reading them all."""
    with override_settings(WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture
def cast(db: None) -> Cast:
    """The owner's team stands under the lead's; the outsider is in another branch."""
    company = TeamFactory(name="Company")
    sales = TeamFactory(name="Sales", parent=company)
    north = TeamFactory(name="North", parent=sales)
    south = TeamFactory(name="South", parent=company)
    return Cast(
        owner=UserFactory(name="Olga Owner", role="rep", team=north),
        teammate=UserFactory(name="Tom Teammate", role="rep", team=north),
        lead=UserFactory(name="Lena Lead", role="team-lead", team=sales),
        outsider=UserFactory(name="Oskar Outsider", role="team-lead", team=south),
        agent=UserFactory(name="Anna Agent", role="agent", team=company),
        marketer=UserFactory(name="Mia Marketer", role="marketer", team=company),
        manager=UserFactory(name="Max Manager", role="manager", team=company),
        admin=UserFactory(name="Ada Admin", role="admin", team=company, is_staff=True, is_superuser=True),
    )


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """Return a client signed in as somebody."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def import_text(db: None, tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]) -> Importer:
    """Return a function that imports a text as a file through the command and returns its report."""
    settings.JOB_HEARTBEAT_SECONDS = 0
    settings.MEDIA_ROOT = tmp_path

    def run(kind: str, text: str | bytes, *arguments: str) -> dict[str, Any]:
        path = tmp_path / "file.csv"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        capsys.readouterr()
        call_command("import_file", kind, str(path), "--json", *arguments)
        report: dict[str, Any] = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
        return report

    return run
