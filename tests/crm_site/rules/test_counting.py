"""Counts are exact when they are quick, and honest estimates when they are not."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from crm_site.rules import counting, parse_rule
from crm_site.rules.counting import Count, count_exactly, count_rows, preview_rows, within
from customers.models import Customer
from tests.factories import records

EVEN = {"version": 1, "root": {"all": [{"field": "stage", "op": "in", "value": ["loyal"]}]}}
NOBODY = {"version": 1, "root": {"all": [{"field": "name", "op": "is", "value": "nobody is called that"}]}}


@pytest.fixture
def half_loyal(db: None) -> None:
    """Make four hundred customers, every other of them loyal, and forget a tenth."""
    made = [Customer(name=f"Customer {at}", stage="loyal" if at % 2 else "new") for at in range(400)]
    Customer.objects.bulk_create(made)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every count for too costly, and samples for small."""
    monkeypatch.setattr(counting, "COSTLY", -1)
    monkeypatch.setattr(counting, "SAMPLE", 100)
    monkeypatch.setattr(counting, "FEW", 10)
    monkeypatch.setattr(counting, "WHOLE", 20)


def test_a_quick_count_is_exact(half_loyal: None) -> None:
    assert count_rows(parse_rule("customer", EVEN), None) == Count(200, exact=True)
    assert count_rows(parse_rule("customer", NOBODY), None) == Count(0, exact=True)


def test_a_costly_count_is_estimated_from_a_sample(half_loyal: None, impatient: None) -> None:
    preview = preview_rows(parse_rule("customer", EVEN), None)
    assert preview.count.exact is False
    assert 140 <= preview.count.number <= 260
    assert len(preview.records) == 5
    assert {record.stage for record in preview.records if isinstance(record, Customer)} == {"loyal"}
    assert count_exactly(parse_rule("customer", EVEN), None) == Count(200, exact=True)


def test_a_sample_without_a_hit_says_fewer_than(half_loyal: None, impatient: None) -> None:
    preview = preview_rows(parse_rule("customer", NOBODY), None)
    assert preview.count == Count(12, exact=False, below=True)
    assert preview.records == []


def test_few_visible_records_are_asked_one_and_all(half_loyal: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "COSTLY", -1)
    assert count_rows(parse_rule("customer", EVEN), None) == Count(200, exact=True)


def test_a_middling_number_is_drawn_from(half_loyal: None, impatient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "WHOLE", 1_000)
    count = count_rows(parse_rule("customer", EVEN), None)
    assert count.exact is False
    assert 140 <= count.number <= 260


def test_no_record_at_all_is_an_exact_nothing(db: None, impatient: None) -> None:
    assert count_rows(parse_rule("customer", EVEN), None) == Count(0, exact=True)


def test_related_rows_count_in_a_sample_as_they_do_in_all(half_loyal: None, impatient: None) -> None:
    customer = Customer.objects.filter(stage="new").order_by("pk")[50]
    records.OrderFactory(customer=customer)
    orders = {"relation": "orders", "measure": "count", "op": "eq", "value": 0}
    rule = parse_rule("customer", {"version": 1, "root": {"all": [orders]}})
    assert count_exactly(rule, None) == Count(399, exact=True)
    assert count_rows(rule, None).number >= 390


def test_a_count_that_times_out_gives_way_and_leaves_the_settings_alone(
    half_loyal: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def setting(name: str) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting(%s)", [name])
            return cursor.fetchone()[0]

    before = {name: setting(name) for name in ("statement_timeout", "work_mem", "max_parallel_workers_per_gather")}
    with pytest.raises(counting._TooSlowError), within(30), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(5)")
    with within(1000):
        assert setting("work_mem") == counting.WORK_MEM
    assert {name: setting(name) for name in before} == before
    monkeypatch.setattr(counting, "within", lambda milliseconds: within(0 if milliseconds > 1000 else milliseconds))
    assert count_rows(parse_rule("customer", EVEN), None).exact


def test_two_figures_are_all_an_estimate_claims() -> None:
    assert [counting._rounded(figure) for figure in (0.4, 7.6, 99, 123, 4_567, 1_234_567)] == [
        0,
        8,
        99,
        120,
        4_600,
        1_200_000,
    ]
