"""Lists as files: exactly what is shown, by a job when it is long, private, written down and forgotten."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook
from pytest_django.fixtures import Settings

from crm_site.events.models import EventRecord
from crm_site.jobs.models import JobState
from crm_site.jobs.running import run_job
from crm_site.jobs.starting import start_job
from crm_site.pages.lists import export
from crm_site.pages.models import ListExport
from crm_site.staff.models import User
from customers.models import Customer
from tests.conftest import Cast
from tests.factories.records import CustomerFactory

SignIn = Callable[[User], Client]
ADDRESS = "/lists/customers/export/"
STATE = "view=all&cols=country,name&sort=-name"


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    """Files go into a folder of the test's own."""
    settings.JOB_HEARTBEAT_SECONDS = 0
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def three(cast: Cast) -> list[Customer]:
    """Three customers of the owner's, and one that is somebody else's."""
    CustomerFactory(owner=cast.teammate, name="Foreign")
    return [CustomerFactory(owner=cast.owner, name=name, country="China") for name in ("Ada", "Bo", "Cy")]


def rows(response: Any) -> list[list[str]]:
    """Return the lines of a file that came as CSV."""
    return list(csv.reader(io.StringIO(b"".join(response).decode("utf-8-sig"))))


def test_a_file_has_the_columns_and_order_of_the_list(cast: Cast, signed_in: SignIn, three: list[Customer]) -> None:
    response = signed_in(cast.owner).post(ADDRESS, {"all": "1", "state": STATE, "kind": "csv"})
    assert rows(response) == [["Country", "Name"], ["China", "Cy"], ["China", "Bo"], ["China", "Ada"]]
    event = EventRecord.objects.get(name="pages.ListExported")
    assert event.actor == cast.owner
    assert event.payload == {
        "list_code": "customers", "kind": "csv", "rows": 3,
        "address": "/customers/?sort=-name&cols=country%2Cname&view=all",
    }  # fmt: skip


def test_ticked_rows_go_alone_and_only_ones_own(cast: Cast, signed_in: SignIn, three: list[Customer]) -> None:
    keys = [three[0].pk, Customer.objects.get(name="Foreign").pk]
    response = signed_in(cast.owner).post(ADDRESS, {"pk": keys, "state": STATE, "kind": "csv"})
    assert rows(response)[1:] == [["China", "Ada"]]


def test_without_leave_to_export_nothing_goes_out(cast: Cast, signed_in: SignIn, three: list[Customer]) -> None:
    for kind in ("csv", "xlsx"):
        assert signed_in(cast.agent).post(ADDRESS, {"all": "1", "kind": kind}).status_code == 404
        assert signed_in(cast.agent).get(f"/customers/?export={kind}").status_code == 404
    assert signed_in(cast.owner).post(ADDRESS, {"all": "1", "kind": "pdf"}).status_code == 404
    assert not EventRecord.objects.exists()


@pytest.fixture
def long_export(cast: Cast, signed_in: SignIn, three: list[Customer], monkeypatch: pytest.MonkeyPatch) -> ListExport:
    """A workbook that is too long to wait for."""
    monkeypatch.setattr(export, "AT_ONCE", {"csv": 2, "xlsx": 2})
    monkeypatch.setattr("crm_site.pages.views.exports.AT_ONCE", {"csv": 2, "xlsx": 2})
    response = signed_in(cast.owner).post(ADDRESS, {"all": "1", "state": STATE, "kind": "xlsx"})
    made = ListExport.objects.get()
    assert response["Location"] == f"/jobs/{made.run_id}/"
    assert not EventRecord.objects.exists()
    return made


def test_a_long_file_is_written_by_a_job(long_export: ListExport, cast: Cast, signed_in: SignIn, folder: Path) -> None:
    assert signed_in(cast.owner).get(f"/exports/{long_export.code}/").status_code == 404
    run = run_job(long_export.run_id or 0)
    assert run is not None
    assert (run.state, run.result["rows"]) == (JobState.SUCCEEDED, 3)
    page = signed_in(cast.owner).get(f"/jobs/{run.pk}/").content.decode()
    assert f'href="/exports/{long_export.code}/"' in page
    response = signed_in(cast.owner).get(f"/exports/{long_export.code}/")
    sheet: Any = load_workbook(io.BytesIO(b"".join(response))).active
    assert [[cell.value for cell in line] for line in sheet][1:] == [["China", "Cy"], ["China", "Bo"], ["China", "Ada"]]
    assert EventRecord.objects.get(name="pages.ListExported").payload["rows"] == 3


def test_a_written_file_is_its_owners_alone(long_export: ListExport, cast: Cast, signed_in: SignIn) -> None:
    run_job(long_export.run_id or 0)
    for person in (cast.teammate, cast.manager, cast.admin):
        assert signed_in(person).get(f"/exports/{long_export.code}/").status_code == 404
    cast.owner.roles.get().grants.filter(module="customers").update(can_export=False)
    assert signed_in(cast.owner).get(f"/exports/{long_export.code}/").status_code == 403


def test_a_file_is_forgotten_after_its_week(
    long_export: ListExport, cast: Cast, signed_in: SignIn, folder: Path
) -> None:
    run_job(long_export.run_id or 0)
    file = folder / "exports" / f"{long_export.code}.xlsx"
    assert file.is_file()
    assert run_job(start_job("forget-exports").pk).result == {"removed": 0}  # type: ignore[union-attr]  # it was free
    ListExport.objects.update(expires_at=timezone.now() - dt.timedelta(minutes=1))
    assert signed_in(cast.owner).get(f"/exports/{long_export.code}/").status_code == 404
    assert run_job(start_job("forget-exports").pk).result == {"removed": 1}  # type: ignore[union-attr]  # it was free
    assert not file.exists()
    assert not ListExport.objects.exists()


def test_rights_that_were_lost_stop_the_job(long_export: ListExport, cast: Cast, folder: Path) -> None:
    cast.owner.roles.clear()
    run = run_job(long_export.run_id or 0)
    assert run is not None
    assert run.state == JobState.FAILED
    assert not (folder / "exports").exists()


def test_a_long_workbook_is_not_waited_for_by_its_address(
    cast: Cast, signed_in: SignIn, three: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm_site.pages.lists.views.AT_ONCE", {"csv": 2, "xlsx": 2})
    response = signed_in(cast.owner).get("/customers/?export=xlsx")
    assert response["Location"] == "/customers/?view=all"
    assert rows(signed_in(cast.owner).get("/customers/?export=csv"))[0][0] == "Name"
