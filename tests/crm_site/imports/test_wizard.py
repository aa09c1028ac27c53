"""The wizard: file, columns, check, run, report; nothing is written before it was seen, and back keeps everything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from crm_site.imports import services
from crm_site.imports.models import Import, LearnedMapping, StagedRow
from crm_site.imports.trials import is_tried
from crm_site.jobs.models import JobRun
from crm_site.jobs.running import run_job
from crm_site.staff.models import User
from customers.models import Customer
from tests.conftest import Cast
from tests.database_digest import records_digest
from tests.factories.records import CustomerFactory

SignIn = Callable[[User], Client]
FILE = (
    b"Nr,Who,E-mail,Type,Contact owner\n1,Ada,ada@example.com,person,Sam Old\n"
    b"2,Bo,not a mail,VIP,Sam Old\n3,Cem,c@example.com,VIP,\n"
)
STEPS = ("import-file", "import-columns", "import-check")


@pytest.fixture(autouse=True)
def _folder(settings: Settings, tmp_path: Path) -> None:
    settings.JOB_HEARTBEAT_SECONDS, settings.MEDIA_ROOT = 0, tmp_path


def upload(client: Client, content: bytes = FILE, name: str = "people.csv") -> Import:
    """Upload a file of customers and return its import."""
    form = {"kind": "customers", "file": SimpleUploadedFile(name, content)}
    response = client.post(reverse("imports:import-create"), form)
    job = Import.objects.latest("pk")
    assert response["Location"] == reverse("imports:import-columns", args=[job.pk])
    return job


def columns(job: Import, *fields: str, **more: str) -> dict[str, str]:
    """Return a filled form of the columns step."""
    chosen = {f"column-{place}": name for place, name in enumerate(fields)}
    habits = {"date_order": "dmy", "decimal": ".", "phone_region": "CN"}
    common = {"mode": "both", "key": "reference", "duplicates": "update", "bad_cells": "row"}
    return common | habits | chosen | more


def choose(client: Client, job: Import, *fields: str, **more: str) -> Any:
    """Send the columns step, which checks the file."""
    return client.post(reverse("imports:import-columns", args=[job.pk]), columns(job, *fields, **more))


ALL = ("reference", "name", "email", "kind", "owner")


def test_the_columns_show_their_first_values_and_what_was_guessed(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.manager)
    job = upload(client)
    page = client.get(reverse("imports:import-columns", args=[job.pk])).content.decode()
    assert job.mapping == {"email": [2], "kind": [3], "owner": [4]}
    for words in ("ada@example.com", "Sam Old", "Cem"):
        assert words in page
    assert '<option value="email" selected>' in page


def test_a_trial_says_what_would_happen_and_writes_nothing(cast: Cast, signed_in: SignIn) -> None:
    CustomerFactory(reference="3", name="Cem", owner=cast.manager)
    client = signed_in(cast.manager)
    job = upload(client)
    before = records_digest()
    response = choose(client, job, *ALL)
    check = reverse("imports:import-check", args=[job.pk])
    assert response["Location"] == check
    page = client.get(check).content.decode()
    assert records_digest() == before
    job.refresh_from_db()
    told = {name: job.trial[name] for name in ("rows", "created", "updated", "failed")}
    assert told == {"rows": 3, "created": 1, "updated": 0, "failed": 2}
    assert "<b>1</b> would be created" in page
    assert "2 refused" in page
    for words in ("not a mail", "Not an e-mail address.", "VIP", "Must be one of: organisation, person."):
        assert words in page


def test_words_are_explained_once_for_all_rows(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.manager)
    job = upload(client)
    choose(client, job, *ALL)
    job.refresh_from_db()
    assert job.trial["values"] == {
        "kind": [{"word": "vip", "count": 2}],
        "owner": [{"word": "sam old", "count": 2}],
    }
    said = {"value-kind-0": "person", "value-owner-0": cast.owner.email}
    client.post(reverse("imports:import-values", args=[job.pk]), said)
    job.refresh_from_db()
    assert (job.trial["created"], job.trial["failed"]) == (2, 1)
    client.post(reverse("imports:import-start", args=[job.pk]), {"leave_out": "yes"})
    run_job(Import.objects.get().run_id or 0)
    assert Customer.objects.get(reference="1").owner == cast.owner
    assert Customer.objects.get(reference="3").kind == "person"
    assert not Customer.objects.filter(reference="2").exists()


def test_bad_rows_are_left_out_only_when_that_is_said(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.manager)
    job = upload(client)
    choose(client, job, *ALL)
    start = reverse("imports:import-start", args=[job.pk])
    response = client.post(start)
    assert response.status_code == 422
    assert "Tick this" in response.content.decode()
    assert Import.objects.get().run is None
    client.post(start, {"leave_out": "yes"})
    assert Import.objects.get().run is not None
    assert JobRun.objects.filter(name="import").count() == 1
    client.post(start, {"leave_out": "yes"})
    assert JobRun.objects.filter(name="import").count() == 1


def test_the_run_takes_the_rows_that_were_checked(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.manager)
    job = upload(client)
    choose(client, job, *ALL)
    job.refresh_from_db()
    checked = set(StagedRow.objects.values_list("pk", flat=True))
    client.post(reverse("imports:import-start", args=[job.pk]), {"leave_out": "yes"})
    run = run_job(Import.objects.get().run_id or 0)
    assert run is not None
    assert run.counts == {"rows": 3, "failed": 2, "created": 1, "updated": 0, "skipped": 0}
    assert set(StagedRow.objects.values_list("pk", flat=True)) == checked


def test_a_change_after_the_check_asks_for_another(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.manager)
    job = upload(client)
    choose(client, job, *ALL)
    Import.objects.filter(pk=job.pk).update(mode="update")
    response = client.post(reverse("imports:import-start", args=[job.pk]), {"leave_out": "yes"})
    assert response["Location"] == reverse("imports:import-columns", args=[job.pk])
    assert Import.objects.get().run is None


def test_going_back_keeps_what_was_chosen(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.manager)
    job = upload(client)
    choose(client, job, "reference", "name", "", "", "", mode="create", bad_cells="cell")
    for step in STEPS:
        assert client.get(reverse(f"imports:{step}", args=[job.pk])).status_code == 200, step
    page = client.get(reverse("imports:import-columns", args=[job.pk])).content.decode()
    assert '<option value="create" selected>' in page
    assert page.count('<option value="" selected>') == 3
    assert reverse("imports:import-check", args=[job.pk]) in page, "the check can be opened again"


def test_a_wrong_guess_of_the_file_is_corrected_and_the_columns_stay(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.manager)
    job = upload(client, "Liste;Stand\nNr;Wer\n1;Åse\n".encode("cp1252"))
    assert job.header == ["Liste", "Stand"]
    where = reverse("imports:import-file", args=[job.pk])
    response = client.post(where, {"encoding": "cp1252", "delimiter": ";", "header_line": "2"})
    assert response.status_code == 302
    job.refresh_from_db()
    assert (job.header, job.header_line) == (["Nr", "Wer"], 2)
    choose(client, job, "reference", "name")
    repaired = SimpleUploadedFile("again.csv", b"Wer,Nr\nAnn,7\n")
    client.post(where, {"file": repaired, "encoding": "cp1252", "delimiter": ";", "header_line": "2"})
    job.refresh_from_db()
    assert (job.file_name, job.mapping) == ("again.csv", {"name": [0], "reference": [1]})


def test_two_columns_for_one_field_and_a_missing_one_are_told_at_the_field(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.manager)
    job = upload(client)
    response = choose(client, job, "name", "name", "email", "", "email")
    assert response.status_code == 422
    assert "“Nr” fills this field already." in response.content.decode()
    orders = client.post(
        reverse("imports:import-create"), {"kind": "orders", "file": SimpleUploadedFile("o.csv", b"a,b\n1,2\n")}
    )
    job = Import.objects.latest("pk")
    response = client.post(orders["Location"], columns(job, "order_number", "") | {"key": "order_number"})
    assert "No column fills “Total”." in response.content.decode()
    assert not job.trial


def test_the_preview_follows_the_choice_without_keeping_it(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.manager)
    job = upload(client)
    shown = client.post(reverse("imports:import-preview", args=[job.pk]), columns(job, "reference", "given_name"))
    assert "Given name" in shown.content.decode()
    assert "<html" not in shown.content.decode()
    job.refresh_from_db()
    assert "given_name" not in job.mapping


def test_columns_are_proposed_as_last_time_and_can_be_forgotten(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.manager)
    job = upload(client)
    choose(client, job, "reference", "family_name", "email", "", "", mode="create")
    client.post(reverse("imports:import-start", args=[job.pk]), {"leave_out": "yes"})
    learned = LearnedMapping.objects.get()
    assert (learned.user, learned.kind) == (cast.manager, "customers")
    other = upload(client, b"WHO,nr,e-mail,type,Contact Owner\nZoe,9,z@example.com,person,\n")
    assert other.mapping == {"family_name": [0], "reference": [1], "email": [2]}
    assert other.mode == "create"
    page = client.get(reverse("imports:import-columns", args=[other.pk])).content.decode()
    assert "As last time with these columns" in page
    client.post(reverse("imports:import-forget", args=[other.pk]))
    assert not LearnedMapping.objects.exists()
    other.refresh_from_db()
    assert other.mapping == {"email": [2], "kind": [3], "owner": [4]}
    colleague = upload(signed_in(cast.admin))
    assert "family_name" not in colleague.mapping, "what one has said is not another's habit"


def test_a_large_file_is_checked_by_a_job(
    cast: Cast, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr(services, "CHECKED_AT_ONCE", {"csv": 10, "xlsx": 10})
    client = signed_in(cast.manager)
    job = upload(client)
    choose(client, job, *ALL)
    job.refresh_from_db()
    assert job.trial_run is not None
    assert not is_tried(job)
    check = reverse("imports:import-check", args=[job.pk])
    assert "progress-box" in client.get(check).content.decode()
    response = client.post(reverse("imports:import-start", args=[job.pk]), {"leave_out": "yes"})
    assert response.status_code == 302
    assert Import.objects.get().run is None
    run_job(job.trial_run.pk)
    assert "<b>1</b> would be created" in client.get(check).content.decode()


def test_the_report_says_what_became_of_every_row(cast: Cast, signed_in: SignIn) -> None:
    CustomerFactory(reference="3", name="Old", owner=cast.manager)
    client = signed_in(cast.manager)
    job = upload(client)
    choose(client, job, "reference", "name", "email")
    client.post(reverse("imports:import-start", args=[job.pk]), {"leave_out": "yes"})
    run_job(Import.objects.get().run_id or 0)
    address = job.get_absolute_url()
    page = client.get(address).content.decode()
    assert "not a mail" in page
    ada = Customer.objects.get(reference="1")
    created = client.get(address, {"state": "created"}).content.decode()
    assert ada.get_absolute_url() in created
    updated = client.get(address, {"state": "updated"}).content.decode()
    assert Customer.objects.get(reference="3").get_absolute_url() in updated
    assert ada.get_absolute_url() not in updated
    answer: Any = client.get(reverse("imports:import-failures", args=[job.pk]))
    failures = b"".join(answer.streaming_content)
    assert failures.decode("utf-8-sig").splitlines() == [
        "line,column,reason,value",
        "3,E-mail,Not an e-mail address.,not a mail",
    ]


def test_bad_cells_can_be_left_out_alone(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.manager)
    job = upload(client)
    choose(client, job, "reference", "name", "email", bad_cells="cell")
    page = client.get(reverse("imports:import-check", args=[job.pk])).content.decode()
    assert "<b>3</b> would be created" in page
    assert "not a mail" in page
    client.post(reverse("imports:import-start", args=[job.pk]))
    run_job(Import.objects.get().run_id or 0)
    assert Customer.objects.get(reference="2").email == ""
