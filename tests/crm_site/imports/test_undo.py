"""Undo of imports: the records are as they were before, and what somebody changed since is listed and kept."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_site.history.conflicts import CHANGED
from crm_site.history.jobs import is_large, start_undo
from crm_site.history.models import Operation
from crm_site.history.undoing import undo_operation
from crm_site.imports.models import Import
from crm_site.imports.services import configure_import, open_import, start_import
from crm_site.jobs.models import JobState
from crm_site.jobs.running import run_job
from crm_site.staff.models import User
from customers.models import Customer
from customers.services import change_customer
from tests.conftest import Cast
from tests.database_digest import records_digest
from tests.factories.records import CustomerFactory

Importer = Callable[..., dict[str, Any]]
CUSTOMERS = "Reference,Full name,E-mail,Phone,City,Company,Notes\n"
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["C1", "C2", "C3", "", "X1"]),
        st.sampled_from(["Ada Byron", "张三", "Bo", "", "Nordlys AS"]),
        st.sampled_from(["ada@example.com", "bo@example.com ::: bo2@example.com", "", "bad"]),
        st.sampled_from(["", "13800138000", "+44 20 7946 0018"]),
        st.sampled_from(["", "Oslo"]),
        st.sampled_from(["", "Acme", "Nordlys AS"]),
        st.sampled_from(["", "a note"]),
    ),
    max_size=8,
)
LINES = st.lists(
    st.tuples(
        st.sampled_from(["O1", "O2", "C3", "O4"]),
        st.sampled_from(["P1", "P2", ""]),
        st.sampled_from(["1", "2.5", "", "bad"]),
        st.sampled_from(["2026-01-02", "2026-02-03"]),
        st.sampled_from(["4", "19.99", ""]),
        st.sampled_from(["C1", "C2", "C9", ""]),
    ),
    max_size=8,
)


def as_file(path: Path, header: str, rows: list[tuple[str, ...]]) -> Path:
    """Write rows as a CSV."""
    page = io.StringIO()
    csv.writer(page).writerows(rows)
    path.write_text(header + page.getvalue())
    return path


def run_import(kind: str, path: Path, user: User | None, **facts: Any) -> Import:
    """Import a file as the worker does."""
    job = open_import(kind, path, path.name, user, is_own_copy=False)
    chosen = {"mapping": job.mapping, "mode": job.mode, "duplicates": job.duplicates, "key": job.key, "options": {}}
    configure_import(job, **(chosen | facts))
    run = run_job(start_import(job, wake=False).pk)
    assert run is not None
    assert (run.state, run.error) == (JobState.SUCCEEDED, "")
    job.refresh_from_db()
    return job


def operation_of(job: Import) -> Operation:
    """Return the operation that an import was."""
    assert job.operation_id is not None
    return Operation.objects.get(pk=job.operation_id)


@pytest.fixture
def known(cast: Cast, settings: Any) -> None:
    """Customers that files may find: two of them with mail addresses."""
    settings.JOB_HEARTBEAT_SECONDS = 0
    CustomerFactory(reference="C1", name="Ada Byron", owner=cast.owner)
    CustomerFactory(reference="C2", name="Old name", owner=cast.owner)
    CustomerFactory(name="Nordlys AS", kind="organisation", owner=cast.owner)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=ROWS,
    mode=st.sampled_from(["both", "create", "update"]),
    policy=st.sampled_from(["update", "skip", "keep"]),
    key=st.sampled_from(["reference", "email", "phone"]),
)
def test_customers_are_as_before_once_an_import_is_undone(
    known: None, cast: Cast, tmp_path: Path, rows: list[tuple[str, ...]], mode: str, policy: str, key: str
) -> None:
    path = as_file(tmp_path / "customers.csv", CUSTOMERS, [("S1", "Somebody", "s@example.com", "", "", "", ""), *rows])
    with transaction.atomic():
        before = records_digest()
        job = run_import("customers", path, cast.manager, mode=mode, duplicates=policy, key=key)
        outcome = undo_operation(operation_of(job), cast.manager)
        assert outcome.conflicts == []
        assert records_digest() == before
        transaction.set_rollback(True)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=LINES, second=LINES, mode=st.sampled_from(["both", "create", "update"]))
def test_orders_are_as_before_once_an_import_is_undone(
    known: None, cast: Cast, tmp_path: Path, first: list[tuple[str, ...]], second: list[tuple[str, ...]], mode: str
) -> None:
    header = "order_number,product_code,quantity,ordered_at,unit_price,customer_id\n"
    line = ("O1", "P1", "1", "2026-01-02", "4", "C1")
    with transaction.atomic():
        run_import("order_lines", as_file(tmp_path / "first.csv", header, [line, *first]), cast.manager)
        before = records_digest()
        job = run_import(
            "order_lines", as_file(tmp_path / "second.csv", header, [line, *second]), cast.manager, mode=mode
        )
        outcome = undo_operation(operation_of(job), cast.manager)
        assert outcome.conflicts == []
        assert records_digest() == before
        transaction.set_rollback(True)


def test_answers_and_products_are_undone_too(known: None, cast: Cast, tmp_path: Path) -> None:
    before = records_digest()
    answers = as_file(
        tmp_path / "answers.csv",
        "kind,score,answered_at,customer_id\n",
        [("nps", "9", "2026-01-02", "C1"), ("csat", "4", "2026-01-02", "New")],
    )
    products = as_file(tmp_path / "products.csv", "sku,name,price\n", [("P1", "Tea", "4")])
    jobs = [run_import("survey_answers", answers, cast.manager), run_import("products", products, cast.manager)]
    assert records_digest() != before
    for job in reversed(jobs):
        assert undo_operation(operation_of(job), cast.manager).conflicts == []
    assert records_digest() == before


def test_what_was_changed_since_is_listed_and_kept(known: None, cast: Cast, tmp_path: Path) -> None:
    path = as_file(
        tmp_path / "customers.csv",
        "Reference,Full name,Industry\n",
        [("C1", "Ada L.", "Poetry"), ("C2", "New name", "Tea"), ("N1", "Nina", "Tea"), ("N2", "Noor", "Tea")],
    )
    job = run_import("customers", path, cast.manager)
    ada, nina = Customer.objects.get(reference="C1"), Customer.objects.get(reference="N1")
    change_customer(ada, ada.version, {"industry": "Mathematics"}, cast.owner)
    change_customer(nina, nina.version, {"job_title": "CEO"}, cast.manager)
    outcome = undo_operation(operation_of(job), cast.manager)
    ada.refresh_from_db()
    assert (ada.name, ada.industry) == ("Ada Byron", "Mathematics")
    assert "byron" in ada.search_text
    assert Customer.objects.get(reference="C2").name == "Old name"
    assert Customer.objects.filter(reference="N1").exists()
    assert not Customer.objects.filter(reference="N2").exists()
    told = {(one.id, one.column, one.why) for one in outcome.conflicts if one.table == "customers_customer"}
    assert told == {(ada.pk, "industry", CHANGED), (nina.pk, "", CHANGED)}


def test_the_report_offers_undo_and_says_when_it_was_used(
    known: None, cast: Cast, tmp_path: Path, signed_in: Callable[[User], Client]
) -> None:
    path = as_file(tmp_path / "customers.csv", "Reference,Full name\n", [("N1", "Nina")])
    job = run_import("customers", path, cast.manager)
    client = signed_in(cast.manager)
    page = client.get(job.get_absolute_url()).content.decode()
    undo = reverse("history:operation-undo", args=[job.operation_id])
    assert undo in page
    client.post(undo)
    assert not Customer.objects.filter(reference="N1").exists()
    page = client.get(job.get_absolute_url()).content.decode()
    assert undo not in page
    assert "Undone: see how" in page


def test_the_command_leaves_an_operation_too(import_text: Importer) -> None:
    before = records_digest()
    import_text("customers", "reference,name\nA,First\nB,Second\n")
    done = Operation.objects.get()
    assert (done.kind, done.title, done.count) == ("import", "file.csv", 2)
    undo_operation(done, None)
    assert records_digest() == before


def test_a_large_import_is_undone_by_a_job(known: None, cast: Cast, tmp_path: Path) -> None:
    before = records_digest()
    rows: list[tuple[str, ...]] = [
        (f"L{row}", f"Large {row}", f"l{row}@example.com", "", "", "", "") for row in range(2_500)
    ]
    job = run_import("customers", as_file(tmp_path / "large.csv", CUSTOMERS, rows), cast.manager)
    done = operation_of(job)
    assert is_large(done)
    run = run_job(start_undo(done, cast.manager).pk)
    assert run is not None
    assert (run.state, run.result["conflicts"]) == (JobState.SUCCEEDED, 0)
    assert records_digest() == before
