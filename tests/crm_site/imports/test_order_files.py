"""Importing orders and order lines: documents grouped, credits negative, customers and products made."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command

from crm_site.imports.models import StagedRow
from customers.models import Activity, Customer
from sales.models import Order, OrderLine, Product

Importer = Callable[..., dict[str, Any]]
LINES = """InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
536365,85123A,WHITE HOLDER,6,2010-12-01 08:27:00,2.55,17850.0,United Kingdom
536365,71053,WHITE LANTERN,6,2010-12-01 08:26:00,3.39,17850.0,United Kingdom
536365,71053,WHITE LANTERN,6,2010-12-01 08:26:00,3.39,17850.0,United Kingdom
536366,85123a,OTHER HOLDER,1,2010-12-01 09:00:00,0.0015,,United Kingdom
C536367,85123A,WHITE HOLDER,-2,2010-12-02 10:00:00,2.55,17850.0,United Kingdom
536367,,POSTAGE,,2010-12-03 10:00:00,18,12583.0,France
"""


def test_lines_of_one_number_are_one_order_dated_by_the_earliest(import_text: Importer) -> None:
    report = import_text("order_lines", LINES)
    assert (report["rows"], report["created"], report["credits_created"]) == (6, 4, 1)
    assert (report["customers_created"], report["products_created"], report["lines_written"]) == (2, 3, 6)
    order = Order.objects.get(number="536365")
    assert order.ordered_at.isoformat() == "2010-12-01T08:26:00+00:00"
    assert order.total == Decimal("55.98")
    assert [line.position for line in order.lines.all()] == [1, 2, 3]
    assert order.customer is not None
    assert (order.customer.reference, order.customer.country) == ("17850", "United Kingdom")


def test_keys_are_case_sensitive_and_small_prices_are_exact(import_text: Importer) -> None:
    import_text("order_lines", LINES)
    assert set(Product.objects.values_list("sku", flat=True)) == {"85123A", "85123a", "71053"}
    walk_in = Order.objects.get(number="536366")
    assert walk_in.customer is None
    assert walk_in.total == Decimal("0.0015")


def test_a_credit_is_negative_on_its_own_date(import_text: Importer) -> None:
    import_text("order_lines", LINES)
    credit = Order.objects.get(number="C536367")
    assert (credit.kind, credit.total, credit.ordered_at.day) == ("credit", Decimal("-5.10"), 2)


def test_credits_can_be_switched_off_for_numbers_that_begin_with_c(import_text: Importer) -> None:
    import_text("order_lines", LINES.replace("-2", "2"), "--option", "credit_prefix=")
    order = Order.objects.get(number="C536367")
    assert (order.kind, order.total) == ("order", Decimal("5.10"))


def test_the_timeline_says_what_was_imported(import_text: Importer) -> None:
    import_text("order_lines", LINES)
    customer = Customer.objects.get(reference="17850")
    entries = Activity.objects.filter(customer=customer, verb__startswith="order.").order_by("occurred_at")
    assert [(entry.verb, entry.data["number"]) for entry in entries] == [
        ("order.placed", "536365"),
        ("order.credited", "C536367"),
    ]


def test_a_second_import_creates_nothing_and_a_changed_line_replaces(import_text: Importer) -> None:
    import_text("order_lines", LINES)
    again = import_text("order_lines", LINES)
    assert (again["created"], again["updated"], again["skipped"], again["lines_written"]) == (0, 0, 4, 0)
    changed = import_text(
        "order_lines", LINES.replace(",2.55,17850.0,United Kingdom\n536365", ",2.65,17850.0,X\n536365")
    )
    assert (changed["created"], changed["updated"], changed["skipped"]) == (0, 1, 3)
    order = Order.objects.get(number="536365")
    assert (order.total, order.version, order.lines.count()) == (Decimal("56.58"), 2, 3)
    assert OrderLine.objects.count() == 6


def test_rows_that_disagree_on_the_customer_are_refused_together(import_text: Importer) -> None:
    header, first, second, *_rest = LINES.splitlines()
    report = import_text("order_lines", "\n".join([header, first, second.replace("17850", "17851")]))
    assert (report["created"], report["failed"]) == (0, 2)
    assert not Order.objects.exists()
    assert {row.problems[0]["code"] for row in StagedRow.objects.all()} == {"conflict"}


def test_unknown_customers_are_refused_when_told_so(import_text: Importer) -> None:
    report = import_text("order_lines", LINES, "--option", "create_customers=no")
    assert (report["created"], report["failed"], report["customers_created"]) == (1, 5, 0)
    assert not Customer.objects.exists()
    assert list(Order.objects.values_list("number", flat=True)) == ["536366"]


def test_orders_a_row_a_document(import_text: Importer) -> None:
    report = import_text(
        "orders",
        "order_number,customer_id,customer_name,ordered_on,total,kind,status\n"
        "1,A,Ada,1997-01-01,29.33,,\n"
        "2,A,Ada,1997-01-18,29.73,credit,\n"
        '3,,,1997-01-19,"1.234,50",,cancelled\n'
        "4,B,,1997-01-20,ten,,\n",
    )
    assert (report["created"], report["failed"], report["customers_created"]) == (3, 1, 1)
    totals = dict(Order.objects.values_list("number", "total"))
    assert totals == {"1": Decimal("29.33"), "2": Decimal("-29.73"), "3": Decimal("1234.50")}
    assert Order.objects.get(number="3").is_cancelled
    assert Customer.objects.get().name == "Ada"


def test_products_a_row_a_product(import_text: Importer) -> None:
    text = "product,series,sales_price\nGTX Basic,GTX,550\nMG Special,MG,55.5\n"
    report = import_text("products", text)
    assert report["created"] == 2
    product = Product.objects.get(sku="GTX Basic")
    assert (product.name, product.category, product.unit_price) == ("GTX Basic", "GTX", Decimal("550"))
    assert import_text("products", text)["skipped"] == 2
    assert import_text("products", text.replace("550", "560"))["updated"] == 1


@pytest.mark.django_db(transaction=True)
def test_an_import_killed_between_any_two_chunks_resumes_without_a_double(
    import_text: Importer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every commit of the run is a place to die; each attempt gets one commit further."""
    from crm_site.imports import staging
    from crm_site.jobs.context import JobContext
    from crm_site.jobs.models import JobRun, JobState
    from sales.imports.order_lines import OrderLineImport

    monkeypatch.setattr(staging, "BATCH", 2)
    monkeypatch.setattr(OrderLineImport, "chunk_size", 1)
    save = JobContext.save_checkpoint
    died: list[int] = []

    def save_and_die(self: JobContext, **values: Any) -> None:
        save(self, **values)
        if len(died) < 12 and self.run.attempt > len(died):
            died.append(self.run.attempt)
            raise SystemExit

    monkeypatch.setattr(JobContext, "save_checkpoint", save_and_die)
    with pytest.raises(SystemExit):
        import_text("order_lines", LINES)
    run = JobRun.objects.get()
    for _attempt in range(30):
        JobRun.objects.filter(pk=run.pk, state=JobState.RUNNING).update(state=JobState.QUEUED)
        try:
            call_command("run_job", "import", "--param", f"import_id={run.params['import_id']}", "--json")
            break
        except SystemExit:
            continue
    run.refresh_from_db()
    assert (run.state, len(died)) == (JobState.SUCCEEDED, 12)
    assert (run.counts["rows"], run.counts["created"], run.counts["lines_written"]) == (6, 4, 6)
    assert (Order.objects.count(), OrderLine.objects.count(), Customer.objects.count()) == (4, 6, 2)
    assert Activity.objects.count() == 3
