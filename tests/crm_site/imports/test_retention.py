"""Uploads and checked rows are forgotten after a while; what they made stays."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from crm_site.imports.models import Import, StagedRow
from crm_site.imports.services import keep_upload
from crm_site.jobs.running import run_job
from crm_site.jobs.starting import start_job
from customers.models import Customer
from tests.factories.staff import ImportFactory, JobRunFactory, MoveInFactory, StagedRowFactory

Importer = Callable[..., dict[str, Any]]


@pytest.fixture
def forget(settings: Settings, tmp_path: Path) -> Callable[[], dict[str, Any]]:
    """Return a function that runs the job and returns its result."""
    settings.JOB_HEARTBEAT_SECONDS, settings.MEDIA_ROOT = 0, tmp_path

    def run() -> dict[str, Any]:
        done = run_job(start_job("forget_imports", wake=False).pk)
        assert done is not None
        assert done.error == ""
        return dict(done.result)

    return run


def aged(one: Import, days: int) -> Import:
    """Make an import that old."""
    Import.objects.filter(pk=one.pk).update(created_at=timezone.now() - dt.timedelta(days=days))
    return one


@pytest.mark.django_db
def test_rows_and_files_go_after_thirty_days(forget: Callable[[], dict[str, Any]]) -> None:
    old = aged(ImportFactory(run=JobRunFactory(name="import", state="succeeded")), 31)
    young = aged(ImportFactory(run=JobRunFactory(name="import", state="succeeded")), 29)
    for job in (old, young):
        StagedRowFactory(job=job)
    assert forget() == {"rows": 1, "files": 1}
    assert not old.file.exists()
    assert young.file.exists()
    assert set(StagedRow.objects.values_list("job", flat=True)) == {young.pk}
    assert Import.objects.count() == 2
    assert forget() == {"rows": 0, "files": 0}


@pytest.mark.django_db
def test_an_import_that_nobody_went_on_with_goes_after_two_days(forget: Callable[[], dict[str, Any]]) -> None:
    abandoned, waiting = aged(ImportFactory(), 3), aged(ImportFactory(), 1)
    together = aged(ImportFactory(move_in=MoveInFactory()), 3)
    forget()
    assert set(Import.objects.values_list("pk", flat=True)) == {waiting.pk, together.pk}
    assert not abandoned.file.exists()


@pytest.mark.django_db
def test_files_nobody_knows_go_and_others_are_not_touched(
    forget: Callable[[], dict[str, Any]], tmp_path: Path, import_text: Importer
) -> None:
    stray, elsewhere = keep_upload("broken-off.csv", [b"a"]), tmp_path / "file-of-the-command.csv"
    elsewhere.write_text("reference,name\n1,Ada\n")
    month = dt.timedelta(days=40)
    past = (timezone.now() - month).timestamp()
    os.utime(stray, (past, past))
    job = aged(ImportFactory(path=str(elsewhere), is_own_copy=False, run=JobRunFactory(name="import")), 40)
    forget()
    assert not stray.exists()
    assert elsewhere.exists(), "only copies of ours are deleted"
    job.refresh_from_db()
    assert job.path == ""


@pytest.mark.django_db
def test_the_records_stay(forget: Callable[[], dict[str, Any]], import_text: Importer) -> None:
    import_text("customers", "reference,name\n1,Ada\n")
    aged(Import.objects.get(), 40)
    forget()
    assert Customer.objects.get().name == "Ada"
