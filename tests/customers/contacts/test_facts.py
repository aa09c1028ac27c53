"""Who a person is: gender, buying role, age, and what no birth date and no registration number can be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm_site.lib.days import years_between
from crm_site.rules import parse_rule
from crm_site.rules.choosing import first_met
from crm_site.staff.models import User
from customers.lists import customer_list
from customers.models import Customer
from tests.conftest import Cast, Importer
from tests.factories.records import CustomerFactory

SignIn = Callable[[User], Client]
RIGHT, WRONG = "91350100M000100Y43", "91350100M000100Y42"


@pytest.mark.parametrize(
    ("born", "day", "years"),
    [
        ("2000-02-29", "2026-02-28", 25),
        ("2000-02-29", "2026-03-01", 26),
        ("2000-02-29", "2028-02-28", 27),
        ("2000-02-29", "2028-02-29", 28),
        ("1990-11-20", "2026-11-19", 35),
        ("1990-11-20", "2026-11-20", 36),
    ],
)
def test_years_are_completed_on_the_birthday(born: str, day: str, years: int) -> None:
    assert years_between(dt.date.fromisoformat(born), dt.date.fromisoformat(day)) == years


def test_age_is_told_in_the_readers_day(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    now = dt.datetime(2026, 11, 19, 18, 0, tzinfo=dt.UTC)
    monkeypatch.setattr(timezone, "now", lambda: now)
    one = CustomerFactory(birth_date=dt.date(1990, 11, 20))
    with timezone.override("Asia/Shanghai"):
        assert one.age == 36
    with timezone.override("Europe/Berlin"):
        assert one.age == 35


@pytest.mark.parametrize(("value", "error"), [("2999-01-01", "still to come"), ("1850-01-01", "Nobody is that old")])
def test_a_birth_date_that_cannot_be_is_refused_everywhere(
    cast: Cast, signed_in: SignIn, import_text: Importer, value: str, error: str
) -> None:
    one = CustomerFactory(owner=cast.owner)
    client = signed_in(cast.owner)
    page = client.post(
        reverse("customers:customer-field", args=[one.pk, "birth_date"]), {"birth_date": value, "version": 1}
    )
    assert error in page.content.decode()
    answer = client.post("/api/v1/customers/", {"name": "Ada", "birth_date": value}, content_type="application/json")
    assert (answer.status_code, error in answer.content.decode()) == (400, True)
    report = import_text("customers", f"Name,Birth date\nAda,{value}\n")
    assert report["failed"] == 1
    assert list(Customer.objects.values_list("birth_date")) == [(None,)]


def test_a_mistyped_credit_code_is_refused_everywhere(cast: Cast, signed_in: SignIn, import_text: Importer) -> None:
    one = CustomerFactory(owner=cast.owner)
    client = signed_in(cast.owner)
    field = reverse("customers:customer-field", args=[one.pk, "identifier"])
    page = client.post(field, {"identifier": WRONG, "version": 1}).content.decode()
    assert "The check digit does not fit" in page
    answer = client.post("/api/v1/customers/", {"name": "X", "identifier": WRONG}, content_type="application/json")
    assert (answer.status_code, answer.json()["identifier"]) == (
        400,
        ["The check digit does not fit: a figure is mistyped."],
    )
    report = import_text("customers", f"Name,Registration number\nAda,{WRONG}\nBo,{RIGHT}\nCy,HRB 12345\n")
    assert (report["created"], report["failed"]) == (2, 1)
    client.post(field, {"identifier": f" {RIGHT.lower()} ", "version": 1})
    assert Customer.objects.get(pk=one.pk).identifier == RIGHT


def test_gender_and_role_come_by_form_file_and_api(cast: Cast, signed_in: SignIn, import_text: Importer) -> None:
    client = signed_in(cast.owner)
    answer = client.post(
        "/api/v1/customers/",
        {"name": "Ada", "gender": "female", "role": "buyer", "birth_date": "1990-01-01"},
        content_type="application/json",
    )
    assert answer.status_code == 201, answer.content
    shown = answer.json()
    assert (shown["gender"], shown["role"]) == ("female", "buyer")
    assert shown["age"] == years_between(dt.date(1990, 1, 1), timezone.localdate())
    import_text("customers", "姓名,性别,决策角色\n张三,女士,决策人\n李四,,\n")
    assert list(Customer.objects.order_by("pk").values_list("gender", "role")) == [
        ("female", "buyer"),
        ("female", "decision_maker"),
        ("", ""),
    ]
    one = Customer.objects.get(name="李四")
    Customer.objects.filter(pk=one.pk).update(owner=cast.owner)
    field = reverse("customers:customer-field", args=[one.pk, "gender"])
    assert "Male" in client.post(field, {"gender": "male", "version": 1}).content.decode()


def test_lists_show_and_narrow_by_them(cast: Cast, signed_in: SignIn) -> None:
    CustomerFactory(name="Ada", owner=cast.owner, gender="female", role="buyer", birth_date=dt.date(1990, 1, 1))
    CustomerFactory(name="Bo", owner=cast.owner)
    client = signed_in(cast.owner)
    page = client.get(customer_list.url(role=["buyer"]) + "&cols=name,role,gender,age").content.decode()
    assert "Ada" in page
    assert "Buyer" in page
    assert ">Bo<" not in page
    assert [one.name for one in customer_list.queryset(cast.owner, {"gender": "female"})] == ["Ada"]


def found(rule: dict[str, Any]) -> list[str]:
    """Return who meets a rule."""
    parsed = parse_rule("customer", {"version": 1, "root": {"all": [rule]}})
    rows = first_met(Customer.objects.order_by(), [parsed]).filter(met=0)
    return sorted(rows.values_list("name", flat=True))


def test_rules_speak_of_age_role_and_gender(db: None) -> None:
    today = timezone.localdate()
    CustomerFactory(name="Ada", birth_date=today.replace(year=today.year - 40, day=1), role="finance", gender="other")
    CustomerFactory(name="Bo", birth_date=today.replace(year=today.year - 20, day=1))
    CustomerFactory(name="Nobody knows")
    assert found({"field": "age", "op": "gte", "value": 30}) == ["Ada"]
    assert found({"field": "age", "op": "lt", "value": 30}) == ["Bo"]
    assert found({"field": "age", "op": "empty"}) == ["Nobody knows"]
    assert found({"field": "role", "op": "in", "value": ["finance"]}) == ["Ada"]
    assert found({"field": "gender", "op": "empty"}) == ["Bo", "Nobody knows"]


def test_a_customers_page_tells_the_age(cast: Cast, signed_in: SignIn) -> None:
    one = CustomerFactory(owner=cast.owner, birth_date=dt.date(1990, 1, 1))
    page = signed_in(cast.owner).get(reverse("customers:customer-detail", args=[one.pk])).content.decode()
    assert f"<dd>{one.age}</dd>" in page
