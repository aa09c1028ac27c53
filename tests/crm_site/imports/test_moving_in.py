"""Moving in: files linked by their old ids, owners mapped once, dates kept, one trial, one undo."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from crm_site.history.models import Operation
from crm_site.history.undoing import undo_operation
from crm_site.imports.models import ExternalId, Import, MoveIn, StagedRow
from crm_site.imports.recognising import recognise
from crm_site.jobs.running import run_job
from crm_site.staff.models import User
from customers.models import Activity, Customer
from sales.models import Order, Product
from service.models import SurveyAnswer
from tests.conftest import Cast
from tests.database_digest import records_digest

Mover = Callable[..., dict[str, Any]]
FILES = {
    "companies.csv": "Record ID,Company name,Phone Number,City,Industry,Company owner,Create Date\n"
    "1,Kestrel Sports,+44 20 7946 0018,London,Sport,Sam Sales,2019-03-01 09:00\n"
    "2,北京样例贸易公司,010-88888888,北京,贸易,sam@old.example,2020-05-06 10:00\n",
    "contacts.csv": "Record ID,First Name,Last Name,Email,Associated Company ID,Contact owner,Create Date\n"
    "1,Ada,Byron,ada@example.com,1,sam@old.example,2019-04-01 09:00\n"
    "2,小明,王,xm@example.cn,2,Tom Teammate,2021-01-02 08:00\n",
    "products.csv": "SKU,Product Name,Price\nP1,Tea,4.50\n",
    "orders.csv": "Order Number,Customer ID,Order Date,Total,Status\nSO-1,1,2024-02-03,90,paid\n"
    "SO-2,2,2024-02-04,45,open\n",
    "notes.csv": "Record ID,Note body,Associated Contact ID,Created by,Create Date\n"
    "11,Wants green tea,1,sam@old.example,2024-03-04 12:00\n",
    "nps answers.csv": "Response ID,Customer ID,Type,Score,Submitted,Feedback\n21,2,nps,9,2024-05-06,Good\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files of an old system."""
    place = tmp_path / "OldCRM"
    place.mkdir()
    for name, text in FILES.items():
        (place / name).write_text(text)
    return place


@pytest.fixture
def move_in(db: None, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Mover:
    """Return a function that moves in by the command and returns its report."""
    settings.JOB_HEARTBEAT_SECONDS = 0
    settings.MEDIA_ROOT = tmp_path / "media"

    def run(*arguments: Any) -> dict[str, Any]:
        capsys.readouterr()
        call_command("move_in", *map(str, arguments), "--json")
        report: dict[str, Any] = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
        return report

    return run


def told(report: dict[str, Any]) -> dict[str, tuple[Any, ...]]:
    """Return kind, rows, created and refused of each file."""
    return {one["file"]: (one["kind"], one["rows"], one["created"], one["failed"]) for one in report["files"]}


def test_the_kind_of_each_file_is_told_by_its_headers() -> None:
    found = {name: recognise(text.partition("\n")[0].split(","), name)[0].kind for name, text in FILES.items()}
    assert found == {
        "companies.csv": "companies",
        "contacts.csv": "people",
        "products.csv": "products",
        "orders.csv": "orders",
        "notes.csv": "notes",
        "nps answers.csv": "survey_answers",
    }
    assert (
        recognise(["InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"])[0].kind
        == "order_lines"
    )
    assert recognise(["Name", "Company", "Email", "Title"])[0].kind == "people"
    assert recognise(["Account Name", "Website", "Industry", "Billing City"])[0].kind == "companies"
    assert recognise(["alpha", "beta", "gamma"]) == []


def test_files_are_linked_by_their_old_ids_and_keep_their_dates(cast: Cast, folder: Path, move_in: Mover) -> None:
    report = move_in(folder)
    assert told(report) == {
        "companies.csv": ("companies", 2, 2, 0),
        "contacts.csv": ("people", 2, 2, 0),
        "products.csv": ("products", 1, 1, 0),
        "orders.csv": ("orders", 2, 2, 0),
        "nps answers.csv": ("survey_answers", 1, 1, 0),
        "notes.csv": ("notes", 1, 1, 0),
    }
    ada, wang = Customer.objects.get(name="Ada Byron"), Customer.objects.get(name="王小明")
    assert ada.organisation == Customer.objects.get(name="Kestrel Sports", kind="organisation")
    assert wang.organisation == Customer.objects.get(name="北京样例贸易公司")
    assert (ada.kind, ada.reference) == ("person", "")
    assert ada.created_at.isoformat() == "2019-04-01T09:00:00+00:00"
    assert wang.owner == cast.teammate, "a colleague of the same name needs no mapping"
    order = Order.objects.get(number="SO-1")
    assert (order.customer, order.ordered_at.date().isoformat()) == (ada, "2024-02-03")
    note = Activity.objects.get(verb="customer.note")
    assert (note.customer, note.body, note.occurred_at.isoformat()) == (
        ada,
        "Wants green tea",
        "2024-03-04T12:00:00+00:00",
    )
    assert note.data == {"by": "sam@old.example"}
    assert SurveyAnswer.objects.get().customer == wang
    assert Product.objects.get().name == "Tea"
    assert ExternalId.objects.get(source="OldCRM", kind="people", old_id="1").record_id == ada.pk


def test_the_owners_of_all_files_are_mapped_once(cast: Cast, folder: Path, move_in: Mover, tmp_path: Path) -> None:
    said = tmp_path / "map.json"
    said.write_text(
        json.dumps(
            {"source": "HubSpot", "owners": {"sam@old.example": cast.owner.email, "Sam Sales": cast.owner.email}}
        )
    )
    report = move_in(folder, "--map", said)
    assert report["source"] == "HubSpot"
    assert {one.owner for one in Customer.objects.exclude(name="王小明")} == {cast.owner}
    note = Activity.objects.get(verb="customer.note")
    assert (note.actor, note.data) == (cast.owner, {"by": "Olga Owner"})


def test_a_trial_runs_over_all_files_and_writes_nothing(cast: Cast, folder: Path, move_in: Mover) -> None:
    (folder / "orders.csv").write_text(FILES["orders.csv"] + "SO-3,999,2024-02-05,1,paid\nSO-4,1,not a day,1,paid\n")
    before = records_digest()
    report = move_in(folder, "--dry-run")
    assert records_digest() == before
    assert not Import.objects.exists()
    assert not MoveIn.objects.exists()
    assert not StagedRow.objects.exists()
    assert (report["rows"], report["created"], report["failed"]) == (11, 9, 2)
    assert report["owners"] == {"sam sales": 1, "sam@old.example": 3}
    (orders,) = [one for one in report["files"] if one["kind"] == "orders"]
    assert orders["rejected"] == [
        {"line": 4, "column": "Customer ID", "reason": "There is no customer with this reference."},
        {"line": 5, "column": "Order Date", "reason": "Not a date; use YYYY-MM-DD."},
    ]


def test_coming_again_finds_everything_by_its_old_id(cast: Cast, folder: Path, move_in: Mover) -> None:
    move_in(folder)
    (folder / "contacts.csv").write_text(FILES["contacts.csv"].replace("Byron", "Lovelace"))
    report = move_in(folder)
    assert (report["created"], report["updated"], report["failed"]) == (0, 1, 0)
    assert Customer.objects.filter(kind="person").count() == 2
    assert Customer.objects.get(contact_points__value="ada@example.com").name == "Ada Lovelace"
    late = folder / "late notes.csv"
    late.write_text("Record ID,Note body,Associated Contact ID\n12,Called again,2\n")
    move_in(late, "--source", "OldCRM")
    assert Activity.objects.get(body="Called again").customer == Customer.objects.get(name="王小明")


def test_one_undo_takes_the_whole_run_back(cast: Cast, folder: Path, move_in: Mover) -> None:
    before = records_digest()
    report = move_in(folder)
    assert records_digest() != before
    done = Operation.objects.get(pk=report["operation"])
    assert (done.title, done.count) == ("OldCRM", report["created"])
    outcome = undo_operation(done, None)
    assert outcome.conflicts == []
    assert records_digest() == before
    assert not ExternalId.objects.exists()


def test_a_file_nobody_knows_and_a_missing_one_are_refused(folder: Path, move_in: Mover) -> None:
    (folder / "strange.csv").write_text("alpha,beta\n1,2\n")
    with pytest.raises(CommandError, match="cannot be told"):
        move_in(folder)
    with pytest.raises(CommandError, match="no file"):
        move_in(folder / "nothing.csv")
    assert not MoveIn.objects.exists()


def test_a_person_moves_in_on_one_page(
    cast: Cast, folder: Path, signed_in: Callable[[User], Client], settings: Settings, tmp_path: Path
) -> None:
    settings.JOB_HEARTBEAT_SECONDS, settings.MEDIA_ROOT = 0, tmp_path / "media"
    client = signed_in(cast.manager)
    files = [SimpleUploadedFile(name, text.encode()) for name, text in FILES.items()]
    before = records_digest()
    response = client.post(reverse("imports:move-in-create"), {"source": "OldCRM", "files": files})
    move = MoveIn.objects.get()
    assert (response.status_code, response["Location"]) == (302, move.get_absolute_url())
    page = client.get(move.get_absolute_url()).content.decode()
    assert "companies.csv" in page
    kinds = {f"kind-{job.pk}": job.kind for job in Import.objects.all()}
    client.post(reverse("imports:move-in-check", args=[move.pk]), kinds)
    page = client.get(move.get_absolute_url()).content.decode()
    assert "<b>9</b> would be created" in page
    assert "sam@old.example" in page
    assert records_digest() == before
    move.refresh_from_db()
    words = [one["word"] for one in move.trial["owners"]]
    owners = {f"owner-{place}": cast.owner.email for place in range(len(words))}
    client.post(reverse("imports:move-in-check", args=[move.pk]), kinds | owners)
    client.post(reverse("imports:move-in-start", args=[move.pk]))
    move.refresh_from_db()
    assert move.run_id is not None
    run_job(move.run_id)
    assert Customer.objects.get(name="Ada Byron").owner == cast.owner
    page = client.get(move.get_absolute_url()).content.decode()
    assert "Undo the import" in page
    client.post(reverse("history:operation-undo", args=[move.operation_id or MoveIn.objects.get().operation_id]))
    assert records_digest() == before


def test_a_move_in_is_invisible_to_others_and_closed_to_people_without_the_right(
    cast: Cast, signed_in: Callable[[User], Client]
) -> None:
    move = MoveIn.objects.create(source="OldCRM", started_by=cast.manager)
    for name in ("move-in", "move-in-check", "move-in-start"):
        url = reverse(f"imports:{name}", args=[move.pk])
        ask = signed_in(cast.outsider).get if name == "move-in" else signed_in(cast.outsider).post
        assert ask(url).status_code == 404, name
    assert signed_in(cast.owner).get(reverse("imports:move-in-create")).status_code == 403
