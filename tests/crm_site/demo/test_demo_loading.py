"""Loading the demo company: once, whole or not at all, and the same again from the same seed."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models, transaction

from crm_site.demo.clearing import clear_demo, tables
from crm_site.demo.loading import DemoExistsError, load_demo
from crm_site.demo.models import DemoLoad, DemoRange, is_demo
from crm_site.demo.registry import FIGURES, LAST_FIGURES, PARTS
from crm_site.demo.sizes import Size
from crm_site.jobs.models import JobRun
from crm_site.staff.models import User
from customers.models import Customer, CustomerMetrics, CustomerScore
from sales.models import Order
from service.models import SurveyAnswer
from tests.demo_company import DAY, company  # noqa: F401, a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]


def digest() -> str:
    """Return a digest of what the company consists of, keys left out."""
    parts: list[Any] = [
        Customer.objects.order_by("pk").values_list(
            "name", "created_at", "owner__email", "organisation__name", "stage"
        ),
        Order.objects.order_by("ordered_at", "pk").values_list("ordered_at", "total", "currency", "customer__name"),
        SurveyAnswer.objects.order_by("answered_at", "pk").values_list("score", "comment", "customer__name"),
    ]
    return hashlib.sha256("\n".join(str(row) for part in parts for row in part).encode()).hexdigest()


def schema() -> list[tuple[Any, ...]]:
    """Return every index, constraint and trigger, and whether it works."""
    with connection.cursor() as cursor:
        cursor.execute(
            # How PostgreSQL writes a condition changes when it reads its own words; whether there is one does not.
            "SELECT indrelid::regclass::text, split_part(pg_get_indexdef(indexrelid), 'WHERE (', 1), "
            "concat(indisclustered, indisvalid, indpred IS NULL) FROM pg_index "
            "UNION ALL SELECT conrelid::regclass::text, pg_get_constraintdef(oid), convalidated::text "
            "FROM pg_constraint UNION ALL SELECT tgrelid::regclass::text, pg_get_triggerdef(oid), tgenabled::text "
            "FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2"
        )
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


JOBS = [name for line in [*FIGURES, LAST_FIGURES] for name in line]
# Tables that hold rows of a new installation beside the demo company's.
OF_THE_INSTALLATION = ("staff.Team", "calendars.BusinessCalendar", "calendars.OpeningHours")


def test_every_record_is_marked() -> None:
    for model in tables():
        if model._meta.label not in OF_THE_INSTALLATION:
            assert model._base_manager.exclude(is_demo(model)).count() == 0, model
    assert Customer.objects.filter(is_demo(Customer)).count() == 400
    apps = [part.__module__.partition(".")[0] for part in PARTS]
    assert list(dict.fromkeys(apps)) == ["customers", "sales", "service", "analytics"]


def test_every_customer_has_figures_and_the_jobs_have_run() -> None:
    assert CustomerMetrics.objects.count() == CustomerScore.objects.count() == Customer.objects.count()
    assert list(JobRun.objects.order_by("pk").values_list("name", "state")) == [(name, "succeeded") for name in JOBS]
    assert (
        CustomerScore.objects.exclude(segment="").count() == CustomerMetrics.objects.filter(orders_count__gt=0).count()
    )
    assert DemoLoad.objects.get().prepared_at is not None


def test_a_second_load_is_refused_and_changes_nothing() -> None:
    before = digest()
    with pytest.raises(DemoExistsError), transaction.atomic():
        load_demo("S", say=lambda words: None)
    with pytest.raises(CommandError, match="already"):
        call_command("demo", size="S")
    assert digest() == before
    assert DemoLoad.objects.count() == 1


def test_the_same_seed_gives_the_same_company_and_another_seed_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm_site.demo.loading.FIGURES", [])
    first, whole = digest(), schema()
    clear_demo()
    with monkeypatch.context() as patched:
        # As a large company is: without indexes, by two processes, past the log.
        patched.setattr(Size, "is_large", True)
        load_demo("S", day=DAY, say=lambda words: None)
    assert digest() == first
    assert schema() == whole
    clear_demo()
    load_demo("S", seed=7, day=DAY, say=lambda words: None)
    assert digest() != first


def test_an_interrupted_load_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    clear_demo()

    def fail(writer: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("crm_site.demo.loading.PARTS", [PARTS[0], fail])
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        load_demo("S", day=DAY, say=lambda words: None)
    counted: list[type[models.Model]] = [Customer, User, DemoRange, DemoLoad]
    assert [model._base_manager.count() for model in counted] == [0, 0, 0, 0]


def test_a_load_without_figures_is_completed(capsys: pytest.CaptureFixture[str]) -> None:
    DemoLoad.objects.update(prepared_at=None)
    runs = JobRun.objects.count()
    call_command("demo", size="S")
    assert DemoLoad.objects.get().prepared_at is not None
    assert JobRun.objects.count() == runs + len(JOBS)
    assert "complete now" in capsys.readouterr().out
