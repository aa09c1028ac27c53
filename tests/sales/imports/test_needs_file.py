"""Importing needs: customers and deals are found, categories made, and the file comes again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crm_site.imports.models import StagedRow
from customers.models import Activity, Customer
from sales.models import Need, NeedCategory
from tests.factories.deals import OpportunityFactory
from tests.factories.records import CustomerFactory, ProductFactory
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db

Importer = Callable[..., dict[str, Any]]
FILE = """Requirement ID,Requirement,Description,Customer,Type,Priority,Status,Product,Deal ID,Owner,Created,Resolution
R1,Excel export,Every month please,Acme,Function,hoch,planned,P-1,D-1,Rita Rep,2026-06-10 09:00,
R2,备件交货要快,,Acme,法规,紧急,done,,,,2026-06-11 09:00,Release 7
R3,Hotline,,Acme,,,rejected,,,,2026-06-12 09:00,Too few
R4,No reason,,Acme,,,rejected,,,,,
R5,,,Acme,,,,,,,,
R6,Foreign deal,,Acme,,,,,D-2,,,
"""


@pytest.fixture
def ready(db: None) -> None:
    """Have the product, colleague, customer and deals that the file names."""
    ProductFactory(sku="P-1")
    UserFactory(name="Rita Rep")
    OpportunityFactory(number="D-1", customer=CustomerFactory(name="Acme"))
    OpportunityFactory(number="D-2")


def test_needs_come_in_with_what_they_name(ready: None, import_text: Importer) -> None:
    report = import_text("needs", FILE)
    assert (report["created"], report["failed"]) == (3, 3)
    first, second, third = (Need.objects.get(number=number) for number in ("R1", "R2", "R3"))
    assert (first.customer.name, first.priority, first.status, first.confirmed_at is not None) == (
        "Acme", "high", "confirmed", True,
    )  # fmt: skip
    assert first.opportunity is not None
    assert first.owner is not None
    assert (first.opportunity.number, first.owner.name, first.product_id is not None) == ("D-1", "Rita Rep", True)
    assert first.category == NeedCategory.objects.get(name="Function")
    assert (second.category, second.priority) == (NeedCategory.objects.get(name="法规"), "high")
    assert (second.status, second.close_note, second.closed_at) == ("addressed", "Release 7", second.stated_at)
    assert (third.status, third.close_note) == ("declined", "Too few")
    assert Activity.objects.filter(verb="need.stated").count() == 3
    codes = sorted(row.problems[0]["code"] for row in StagedRow.objects.all() if row.problems)
    assert codes == ["required", "required", "unknown_opportunity"]
    assert Customer.objects.filter(name="Acme").count() == 1


def test_the_same_file_again_changes_nothing_and_a_new_status_does(ready: None, import_text: Importer) -> None:
    import_text("needs", FILE)
    again = import_text("needs", FILE)
    assert (again["created"], again["updated"], again["skipped"]) == (0, 0, 3)
    changed = import_text("needs", FILE.replace("planned", "done").replace("Every month", "Every week"))
    assert (changed["created"], changed["updated"]) == (0, 1)
    need = Need.objects.get(number="R1")
    assert (need.status, need.closed_at is not None, " week " in need.search_text) == ("addressed", True, True)
