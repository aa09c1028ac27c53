"""Importing leads: who asks is found or made once, owners and deadlines follow, and the file comes again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crm_site.imports.models import StagedRow
from customers.models import Activity, Customer
from sales.models import Lead
from tests.factories.records import ContactPointFactory, CustomerFactory, ProductFactory
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db

Importer = Callable[..., dict[str, Any]]
CARDS = """Lead ID,First Name,Last Name,Company,Email,Mobile,Subject,Product,Lead Source,Lead Owner,Created Date
L1,Ada,Lovelace,Acme,ada@acme.example,,Pumps,P-1,Fair,Rita Rep,2026-06-10 09:00
L2,Bob,Bauer,Acme,bob@acme.example,+49 30 1234567,,,,,2026-06-11 09:00
L3,,,Beta GmbH,,,,,,,
L4,,,,,,Nothing,,,,
"""


@pytest.fixture
def ready(db: None) -> None:
    """Have the product and the colleague that the cards name, and one known customer."""
    ProductFactory(sku="P-1")
    UserFactory(name="Rita Rep")
    ContactPointFactory(
        customer=CustomerFactory(name="Ada L."), kind="email", value="ada@acme.example", normal="ada@acme.example"
    )


def test_cards_become_leads_and_nobody_is_doubled(ready: None, import_text: Importer) -> None:
    report = import_text("leads", CARDS, "--option", "source=Hannover 2026")
    assert (report["created"], report["failed"], report["customers_created"]) == (3, 1, 2)
    first, second, third = (Lead.objects.get(number=number) for number in ("L1", "L2", "L3"))
    assert (first.customer.name, first.title, first.source) == ("Ada L.", "Pumps", "Fair")
    assert first.owner is not None
    assert (first.owner.name, first.product_id is not None) == ("Rita Rep", True)
    assert (second.customer.name, second.source, second.owner) == ("Bob Bauer", "Hannover 2026", None)
    assert second.pooled_at is not None
    assert second.response_due_at is not None
    assert second.response_due_at > second.received_at
    assert (third.customer.kind, third.customer.name) == ("organisation", "Beta GmbH")
    assert Customer.objects.filter(name="Acme", kind="organisation").count() == 1
    assert Activity.objects.filter(verb="lead.received").count() == 3
    assert StagedRow.objects.filter(problems__0__code="name_required").count() == 1


def test_the_same_file_again_changes_nothing_and_a_new_subject_does(ready: None, import_text: Importer) -> None:
    import_text("leads", CARDS)
    people = Customer.objects.count()
    again = import_text("leads", CARDS)
    assert (again["created"], again["updated"], again["skipped"]) == (0, 0, 3)
    changed = import_text("leads", CARDS.replace("Pumps", "Valves"))
    assert (changed["created"], changed["updated"]) == (0, 1)
    assert Lead.objects.get(number="L1").title == "Valves"
    assert Customer.objects.count() == people


def test_unknown_products_and_people_are_refused_by_row(ready: None, import_text: Importer) -> None:
    report = import_text("leads", CARDS.replace("P-1", "P-9").replace("1234567,,,,,", "1234567,,,,Nobody,"))
    assert (report["created"], report["failed"]) == (1, 3)
    codes = {row.problems[0]["code"] for row in StagedRow.objects.all() if row.problems}
    assert codes == {"name_required", "unknown_product", "unknown_person"}
