"""A custom field is there at once and everywhere: form, page, list, filter, rule, API, history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from crm_site.fields.definitions import fields_of
from crm_site.fields.models import CustomField
from crm_site.fields.services import add_field, change_field, move_field
from crm_site.fields.values import stored
from crm_site.history.choices import OperationKind
from crm_site.history.models import Change
from crm_site.history.operations import operation
from crm_site.history.undoing import undo_operation
from crm_site.rules import parse_rule
from crm_site.staff.models import Role, User
from customers.lists import customer_list
from customers.models import Customer
from customers.services import change_customer, create_customer
from tests.conftest import Cast
from tests.factories.fields import CustomFieldFactory
from tests.factories.records import CustomerFactory

SignIn = Callable[[User], Client]
COLOURS = [{"code": "r", "en": "Red", "zh": "红"}, {"code": "g", "en": "Green", "zh": "绿"}]


def mine(cast: Cast, **facts: Any) -> Customer:
    customer: Customer = CustomerFactory(owner=cast.owner, team=cast.owner.team, **facts)
    return customer


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("text", "  Tea \x00 ", "Tea"),
        ("text", "", None),
        ("number", "1250.50", "1250.5"),
        ("number", "-0", "0"),
        ("number", 10**6, "1000000"),
        ("date", "2026-02-28", "2026-02-28"),
        ("yes_no", "no", False),
        ("choice", "g", "g"),
        ("choices", ["g", "r"], ["r", "g"]),
        ("choices", [], None),
    ],
)
def test_values_have_one_stored_form(kind: str, given: Any, kept: Any) -> None:
    assert stored(CustomField(kind=kind, choices=COLOURS), given) == kept


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("text", "x" * 501),
        ("number", "NaN"),
        ("number", "1e400"),
        ("number", True),
        ("number", "1; DROP TABLE"),
        ("date", "2026-02-30"),
        ("date", "0001-01-01"),
        ("yes_no", "perhaps"),
        ("choice", "b"),
        ("choice", ["r", "g"]),
        ("choices", ["r", "b"]),
        ("choices", {"r": 1}),
    ],
)
def test_what_a_field_cannot_hold_is_refused(kind: str, given: Any) -> None:
    with pytest.raises(ValidationError):
        stored(CustomField(kind=kind, choices=COLOURS), given)


def test_a_field_stands_in_form_page_and_list_in_both_languages(cast: Cast, signed_in: SignIn) -> None:
    customer = mine(cast, custom={"tea": "Oolong"})
    client = signed_in(cast.owner)
    CustomFieldFactory(name="tea", label_en="Favourite tea", label_zh="最爱的茶")
    for address in (f"/customers/{customer.pk}/", f"/customers/{customer.pk}/edit/", "/customers/new/"):
        assert "Favourite tea" in client.get(address).content.decode(), address
    listed = client.get(customer_list.path, {"cols": "name,custom_tea"}).content.decode()
    assert "Favourite tea" in listed
    assert "Oolong" in listed
    User.objects.filter(pk=cast.owner.pk).update(language="zh-hans")
    assert (
        "最爱的茶" in signed_in(User.objects.get(pk=cast.owner.pk)).get(f"/customers/{customer.pk}/").content.decode()
    )


def test_values_are_typed_into_forms_and_bad_ones_come_back(cast: Cast, signed_in: SignIn) -> None:
    CustomFieldFactory(name="size", kind="number", label_en="Size")
    client = signed_in(cast.owner)
    facts = {"kind": "person", "name": "Wang", "stage": "prospect"}
    refused = client.post("/customers/new/", {**facts, "custom_size": "many"})
    assert (refused.status_code, Customer.objects.count()) == (422, 0)
    assert 'value="many"' in refused.content.decode()
    assert client.post("/customers/new/", {**facts, "custom_size": "12.50"}).status_code == 302
    customer = Customer.objects.get()
    assert customer.custom == {"size": "12.5"}
    place = f"/customers/{customer.pk}/facts/custom_size/"
    assert client.post(place, {"custom_size": "", "version": customer.version}).status_code == 200
    customer.refresh_from_db()
    assert customer.custom == {}


def test_roles_decide_who_must_fill_a_field_in(cast: Cast, signed_in: SignIn) -> None:
    field = CustomFieldFactory(name="tea")
    field.required_for.add(Role.objects.get(code="rep"))
    facts = {"kind": "person", "name": "Wang", "stage": "prospect"}
    assert signed_in(cast.owner).post("/customers/new/", facts).status_code == 422
    assert signed_in(cast.manager).post("/customers/new/", facts).status_code == 302


@pytest.mark.parametrize(
    ("kind", "values", "param", "found"),
    [
        ("text", ["Green tea", "Coffee"], "custom_x=TEA", [0]),
        ("number", ["5", "12.5"], "custom_x_min=6", [1]),
        ("date", ["2026-01-05", "2026-03-01"], "custom_x_from=2026-02-01&custom_x_to=2026-03-01", [1]),
        ("yes_no", [True, False], "custom_x=no", [1]),
        ("choice", ["r", "g"], "custom_x=r", [0]),
        ("choices", [["r", "g"], ["g"]], "custom_x=r", [0]),
        ("choices", [["r"], ["g"]], "custom_x=r&custom_x=g", [0, 1]),
    ],
)
def test_lists_filter_by_a_field(
    cast: Cast, signed_in: SignIn, kind: str, values: list[Any], param: str, found: list[int]
) -> None:
    CustomFieldFactory(name="x", kind=kind, choices=COLOURS if kind.startswith("choice") else [])
    people = [mine(cast, custom={"x": value}, name=f"Person{at}") for at, value in enumerate(values)]
    mine(cast, name="Nobody")
    page = signed_in(cast.owner).get(f"{customer_list.path}?stage=&{param}").content.decode()
    assert [at for at, person in enumerate(people) if person.name in page] == found
    assert "Nobody" not in page


def test_rules_compare_a_field(cast: Cast) -> None:
    CustomFieldFactory(name="size", kind="number")
    CustomFieldFactory(name="likes", kind="choices", choices=COLOURS)
    small, large = mine(cast, custom={"size": "5"}), mine(cast, custom={"size": "20", "likes": ["g"]})
    rule = parse_rule(
        "customer", {"version": 1, "root": {"all": [{"field": "custom_size", "op": "gte", "value": "6"}]}}
    )
    assert list(rule.narrow(Customer.objects.all(), reader=None)) == [large]
    rule = parse_rule("customer", {"version": 1, "root": {"all": [{"field": "custom_likes.g", "op": "no"}]}})
    assert list(rule.narrow(Customer.objects.all(), reader=None)) == [small]


def test_the_api_reads_and_writes_fields(cast: Cast, signed_in: SignIn) -> None:
    CustomFieldFactory(name="size", kind="number")
    CustomFieldFactory(name="tea")
    customer, client = mine(cast, custom={"tea": "Oolong"}), signed_in(cast.owner)
    address = f"/api/v1/customers/{customer.pk}/"
    assert client.get(address).json()["custom"] == {"size": None, "tea": "Oolong"}
    answer = client.patch(address, {"version": 1, "custom": {"size": 7}}, content_type="application/json")
    assert answer.json()["custom"] == {"size": "7", "tea": "Oolong"}
    for bad in ({"size": "many"}, {"unknown": 1}, ["size"], "size", {"size": {"$gt": 1}}):
        answer = client.patch(address, {"version": 2, "custom": bad}, content_type="application/json")
        assert answer.status_code == 400, bad
    customer.refresh_from_db()
    assert (customer.version, customer.custom) == (2, {"size": "7", "tea": "Oolong"})


def test_the_history_tells_each_field_and_undo_keeps_the_others(cast: Cast) -> None:
    for name in ("tea", "size"):
        CustomFieldFactory(name=name)
    customer = mine(cast, custom={"tea": "Oolong"})
    with operation(OperationKind.EDIT, actor=cast.owner, module="customers") as done:
        change_customer(customer, 1, {"custom": {"tea": "Sencha", "size": "L"}}, cast.owner)
    change = Change.objects.get(action="U", table_name="customers_customer")
    assert change.before == {"custom.tea": "Oolong", "custom.size": None}
    assert change.after == {"custom.tea": "Sencha", "custom.size": "L"}
    change_customer(customer, 2, {"custom": {"size": "XL"}}, cast.owner)
    outcome = undo_operation(done, cast.owner)
    customer.refresh_from_db()
    assert customer.custom == {"tea": "Oolong", "size": "XL"}
    assert [(one.column, one.now) for one in outcome.conflicts] == [("custom.size", '"XL"')]


def test_a_value_of_a_field_is_put_back_on_the_page(cast: Cast, signed_in: SignIn) -> None:
    CustomFieldFactory(name="tea", label_en="Favourite tea")
    customer = create_customer({"name": "Wang", "custom": {"tea": "Oolong"}}, cast.owner)
    change_customer(customer, 1, {"custom": {"tea": "Sencha"}}, cast.owner)
    change = Change.objects.get(before__has_key="custom.tea")
    client = signed_in(cast.owner)
    assert "Favourite tea" in client.get(f"/history/records/customers.customer/{customer.pk}/panel/").content.decode()
    client.post(f"/history/records/customers.customer/{customer.pk}/{change.pk}/custom.tea/restore/", {"version": 2})
    customer.refresh_from_db()
    assert customer.custom == {"tea": "Oolong"}


def test_a_field_out_of_use_disappears_and_keeps_its_values(cast: Cast, signed_in: SignIn) -> None:
    field = CustomFieldFactory(name="tea", label_en="Favourite tea")
    customer = mine(cast, custom={"tea": "Oolong"})
    change_field(field, {"is_active": False})
    assert "Favourite tea" not in signed_in(cast.owner).get(f"/customers/{customer.pk}/").content.decode()
    change_customer(customer, 1, {"industry": "Paper"}, cast.owner)
    customer.refresh_from_db()
    assert customer.custom == {"tea": "Oolong"}


def test_a_removed_choice_stays_readable_on_old_records(cast: Cast, signed_in: SignIn) -> None:
    field = CustomFieldFactory(name="colour", kind="choice", choices=COLOURS)
    customer = mine(cast, custom={"colour": "r"})
    change_field(field, {"choices": COLOURS[1:]})
    client = signed_in(cast.owner)
    assert "Red" in client.get(f"/customers/{customer.pk}/").content.decode()
    assert ">Red<" in client.get(f"/customers/{customer.pk}/edit/").content.decode()
    assert ">Red<" not in client.get("/customers/new/").content.decode()


def test_fields_keep_the_order_people_give_them(db: None) -> None:
    one, two = (add_field({"host": "customer", "name": name, "kind": "text", "label_en": name}) for name in ("a", "b"))
    move_field(two, -1)
    assert [field.name for field in fields_of("customer")] == ["b", "a"]
    move_field(one, 1)
    assert [field.name for field in fields_of("customer")] == ["b", "a"]


def test_administrators_set_fields_up_and_others_find_nothing(cast: Cast, signed_in: SignIn) -> None:
    admin = signed_in(cast.admin)
    facts = {"label_en": "Colour", "label_zh": "颜色", "name": "colour", "kind": "choice", "is_active": "on"}
    refused = admin.post("/fields/new/customer/", facts)
    assert (refused.status_code, CustomField.objects.count()) == (422, 0)
    lines = "r | Red | 红\ng | Green | 绿"
    assert admin.post("/fields/new/customer/", {**facts, "choices": lines}).status_code == 302
    field = CustomField.objects.get()
    assert field.choices == COLOURS
    assert admin.post("/fields/new/customer/", {**facts, "choices": lines}).status_code == 422
    for address in ("/fields/", "/fields/new/customer/", f"/fields/{field.pk}/"):
        assert admin.get(address).status_code == 200
        assert signed_in(cast.manager).get(address).status_code == 404
    assert signed_in(cast.manager).post(f"/fields/{field.pk}/", {"label_en": "x"}).status_code == 404
    assert admin.get("/fields/new/nonsense/").status_code == 404
    field.refresh_from_db()
    assert field.label_en == "Colour"


def test_many_records_get_a_value_at_once_and_keep_their_others(cast: Cast, signed_in: SignIn) -> None:
    CustomFieldFactory(name="tea")
    people = [mine(cast, custom={"size": str(at)}) for at in range(2)]
    client = signed_in(cast.owner)
    picked = {"pk": [one.pk for one in people], "step": "apply", "value": "Oolong", "field": "custom_tea"}
    answer = client.post("/lists/customers/bulk/edit/", picked)
    assert answer.status_code in (200, 204, 302)
    assert [one.custom for one in Customer.objects.order_by("pk")] == [
        {"size": "0", "tea": "Oolong"},
        {"size": "1", "tea": "Oolong"},
    ]
    assert set(Customer.objects.values_list("version", flat=True)) == {2}
