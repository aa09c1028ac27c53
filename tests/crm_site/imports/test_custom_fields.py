"""Custom fields in files: mapped by themselves, checked, written, updated, undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crm_site.fields.models import CustomField
from crm_site.history.models import Operation
from crm_site.history.undoing import undo_operation
from customers.models import Customer
from sales.models import Order, Product
from tests.database_digest import records_digest

Importer = Callable[..., dict[str, Any]]
HEADER = "Reference,Name,Shoe size,Member since,VIP,Hobbies,Colour,Motto\n"


@pytest.fixture
def fields(db: None) -> None:
    """One field of each kind on customers."""
    choices = [{"code": "red", "en": "Red", "zh": "红"}, {"code": "blue", "en": "Blue", "zh": "蓝"}]
    hobbies = [{"code": "go", "en": "Go", "zh": "围棋"}, {"code": "tea", "en": "Tea", "zh": "茶"}]
    for position, (name, label, kind, options) in enumerate(
        [
            ("shoe_size", "Shoe size", "number", []),
            ("since", "Member since", "date", []),
            ("vip", "VIP", "yes_no", []),
            ("hobbies", "Hobbies", "choices", hobbies),
            ("colour", "Colour", "choice", choices),
            ("motto", "Motto", "text", []),
        ]
    ):
        CustomField.objects.create(
            host="customer", name=name, label_en=label, kind=kind, choices=options, position=position
        )


def test_every_kind_of_field_is_read_in_its_stored_form(fields: None, import_text: Importer) -> None:
    report = import_text("customers", HEADER + '1,Ada,"42.50",1/13/2026,yes,"Tea, 围棋",红,Onwards\n2,Bo,,,,,,\n')
    assert (report["created"], report["failed"]) == (2, 0)
    assert Customer.objects.get(reference="1").custom == {
        "shoe_size": "42.5",
        "since": "2026-01-13",
        "vip": True,
        "hobbies": ["tea", "go"],
        "colour": "red",
        "motto": "Onwards",
    }
    assert Customer.objects.get(reference="2").custom == {}


def test_bad_values_are_refused_with_their_column(fields: None, import_text: Importer) -> None:
    report = import_text("customers", HEADER + "1,Ada,large,never,perhaps,chess,green,\n", "--dry-run")
    assert report["rejected"][0]["columns"] == ["Shoe size", "Member since", "VIP", "Hobbies", "Colour"]


def test_known_records_are_merged_and_undo_takes_it_back(fields: None, import_text: Importer) -> None:
    import_text("customers", HEADER + "1,Ada,42,,yes,,,Onwards\n2,Bo,40,,,,,\n")
    before = records_digest()
    versions = dict(Customer.objects.values_list("reference", "version"))
    report = import_text("customers", "Reference,Colour,Motto\n1,Blue,\n2,,\n")
    assert (report["updated"], report["skipped"]) == (1, 1)
    ada = Customer.objects.get(reference="1")
    assert ada.custom == {"shoe_size": "42", "vip": True, "motto": "Onwards", "colour": "blue"}
    assert ada.version == versions["1"] + 1
    assert Customer.objects.get(reference="2").version == versions["2"]
    undo_operation(Operation.objects.latest("pk"), None)
    assert records_digest() == before


def test_a_field_out_of_use_is_not_offered(fields: None, import_text: Importer) -> None:
    CustomField.objects.filter(name="motto").update(is_active=False)
    report = import_text("customers", HEADER + "1,Ada,,,,,,Onwards\n", "--dry-run")
    assert "Motto" not in report["mapping"]


def test_products_and_orders_have_them_too(db: None, import_text: Importer) -> None:
    CustomField.objects.create(host="product", name="origin", label_en="Origin", kind="text")
    CustomField.objects.create(host="order", name="gift", label_en="Gift", kind="yes_no")
    import_text("products", "sku,name,Origin\nP1,Tea,云南\n")
    assert Product.objects.get().custom == {"origin": "云南"}
    assert import_text("products", "sku,Origin\nP1,Assam\n")["updated"] == 1
    import_text("orders", "order_number,ordered_on,total,Gift\nO1,2026-01-02,5,yes\n")
    assert Order.objects.get().custom == {"gift": True}
    report = import_text("orders", "order_number,ordered_on,total,Gift\nO1,2026-01-02,5,no\n")
    assert (report["updated"], report["skipped"]) == (1, 0)
    assert Order.objects.get().custom == {"gift": False}
