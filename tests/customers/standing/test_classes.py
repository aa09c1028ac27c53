"""Classes by rule: the first that fits, asked at once and by the job alike."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm_site.events.delivering import deliver_pending
from crm_site.jobs.models import JobRun
from crm_site.jobs.running import run_job
from crm_site.jobs.starting import start_job
from crm_site.lib.days import organisation_today
from crm_site.rules import RuleError, parse_rule
from customers.constants import CLASSES
from customers.lists import customer_list
from customers.models import Classification, ClassMember, Customer, CustomerClass, CustomerMetrics
from customers.services import (
    change_class,
    change_classification,
    change_customer,
    create_class,
    create_classification,
    create_customer,
    decide_stage,
    move_class,
    move_classification,
    refresh_standing,
)
from tests.conftest import Cast
from tests.customers.standing.test_trash import run_what_is_owed
from tests.factories.records import CustomerFactory
from tests.factories.standing import ClassificationFactory, CustomerClassFactory, SegmentFactory

pytestmark = pytest.mark.usefixtures("db")


def about(field: str, op: str, value: Any = None) -> dict[str, Any]:
    """Return the stored form of a rule with one condition."""
    condition = {"field": field, "op": op} | ({} if value is None else {"value": value})
    return {"version": 1, "root": {"all": [condition]}}


def classes(one: Customer) -> dict[str, str]:
    """Return the names of a customer's classes by the code of their classification."""
    found = ClassMember.objects.filter(customer=one)
    return dict(found.values_list("classification__code", "customer_class__name"))


def born(years: int, days: int = 0, **facts: Any) -> Customer:
    """Return a person who became so many years old so many days ago."""
    today = organisation_today()
    birthday = today.replace(year=today.year - years) - dt.timedelta(days=days)
    made: Customer = CustomerFactory(birth_date=birthday, **facts)
    return made


def firm(revenue: str) -> Customer:
    """Return an organisation that bought for so much."""
    made: Customer = CustomerFactory(kind="organisation")
    CustomerMetrics.objects.filter(customer=made).update(net_revenue=Decimal(revenue))
    return made


def run_the(name: str) -> dict[str, Any]:
    """Run a job and return its result."""
    run = run_job(start_job(name, wake=False).pk)
    assert run is not None
    assert run.state == "succeeded", run.error
    result: dict[str, Any] = run.result
    return result


def test_a_new_site_has_the_classes_of_the_house() -> None:
    found = [
        (one.code, one.name, one.name_zh, [(each.name, each.name_zh, each.rule["root"]) for each in one.classes.all()])
        for one in Classification.objects.all()
    ]
    assert found == [(code, name, zh, list(rules)) for code, name, zh, rules in CLASSES]
    assert [(code, [name for name, _zh, _rule in rules]) for code, _name, _name_zh, rules in CLASSES] == [
        ("age-group", ["Under 25", "25–39", "40–59", "60 and over"]),
        ("size", ["Large", "Medium", "Small"]),
        ("industry", ["Manufacturing", "Construction and land", "Trade and logistics", "Services", "Another industry"]),
        ("region", ["Greater China", "Europe", "North America", "Elsewhere"]),
    ]
    for one in CustomerClass.objects.all():
        assert parse_rule("customer", one.rule).to_json() == one.rule


@pytest.mark.parametrize(
    ("years", "days", "expected"),
    [
        (24, 0, "Under 25"), (25, -1, "Under 25"), (25, 0, "25–39"), (40, -1, "25–39"), (40, 0, "40–59"),
        (60, -1, "40–59"), (60, 0, "60 and over"),
    ],
)  # fmt: skip
def test_people_are_of_an_age_group_from_their_birthday_on(years: int, days: int, expected: str) -> None:
    one = born(years, days)
    refresh_standing([one.pk])
    assert classes(one) == {"age-group": expected}


def test_who_has_no_birth_date_or_is_no_person_is_of_no_age_group() -> None:
    ones: list[Customer] = [CustomerFactory(birth_date=None), born(30, kind="organisation")]
    refresh_standing([one.pk for one in ones])
    assert [classes(one) for one in ones] == [{}, {}]


@pytest.mark.parametrize(
    ("revenue", "expected"),
    [
        ("0", {}), ("-5", {}), ("0.01", {"size": "Small"}), ("999.99", {"size": "Small"}),
        ("1000", {"size": "Medium"}), ("9999.99", {"size": "Medium"}), ("10000", {"size": "Large"}),
    ],
)  # fmt: skip
def test_organisations_have_the_size_of_what_they_bought(revenue: str, expected: dict[str, str]) -> None:
    one = firm(revenue)
    refresh_standing([one.pk])
    assert classes(one) == expected


@pytest.mark.parametrize(
    ("country", "expected"),
    [
        ("China", "Greater China"), ("中国", "Greater China"), ("Germany", "Europe"), ("united kingdom", "Europe"),
        ("United States", "North America"), ("Japan", "Elsewhere"), ("", None),
    ],
)  # fmt: skip
def test_customers_are_of_the_region_of_their_country(country: str, expected: str | None) -> None:
    one = CustomerFactory(country=country)
    refresh_standing([one.pk])
    assert classes(one).get("region") == expected


def test_the_first_class_that_fits_wins_and_another_order_another(cast: Cast) -> None:
    colours = create_classification({"code": "colours", "name": "Colours", "name_zh": ""}, cast.admin)
    create_class(colours, {"name": "Red", "rule": about("name", "filled")}, cast.admin)
    green = create_class(colours, {"name": "Green", "rule": about("name", "contains", "a")}, cast.admin)
    ada, li = CustomerFactory(name="Ada"), CustomerFactory(name="Li")
    refresh_standing([ada.pk, li.pk])
    assert (classes(ada)["colours"], classes(li)["colours"]) == ("Red", "Red")
    JobRun.objects.all().delete()
    move_class(green, -1, cast.admin)
    run_what_is_owed()
    assert (classes(ada)["colours"], classes(li)["colours"]) == ("Green", "Red")
    assert [one.name for one in colours.classes.all()] == ["Green", "Red"]


def test_the_job_and_the_single_question_agree_and_rows_that_hold_are_not_written() -> None:
    everybody: list[Customer] = [
        born(20),
        born(50, country="China"),
        firm("2000"),
        firm("70000"),
        CustomerFactory(country="France"),
    ]
    assert run_the("lifecycle")["classes"] == 6
    by_job = {one.pk: classes(one) for one in everybody}
    assert by_job[everybody[1].pk] == {"age-group": "40–59", "region": "Greater China"}
    kept = list(ClassMember.objects.order_by("pk").values_list("pk", "since"))
    with CaptureQueriesContext(connection) as asked:
        refresh_standing([one.pk for one in everybody])
    assert sum("INTO customers_classmember" in query["sql"] for query in asked) == 4
    assert list(ClassMember.objects.order_by("pk").values_list("pk", "since")) == kept
    assert run_the("lifecycle")["classes"] == 0
    ClassMember.objects.all().delete()
    refresh_standing([one.pk for one in everybody])
    assert {one.pk: classes(one) for one in everybody} == by_job


def test_a_change_moves_its_customer_at_once(cast: Cast) -> None:
    ada = create_customer({"name": "Ada", "country": "Germany"}, cast.owner)
    deliver_pending()
    assert classes(ada) == {"region": "Europe"}
    change_customer(ada, ada.version, {"country": "Japan"}, cast.owner)
    deliver_pending()
    assert classes(ada) == {"region": "Elsewhere"}
    change_customer(ada, ada.version, {"country": ""}, cast.owner)
    deliver_pending()
    assert classes(ada) == {}


def test_a_class_by_stage_follows_a_decision(cast: Cast) -> None:
    CustomerClassFactory(name="Friends", rule=about("stage", "in", ["loyal"]))
    ada = CustomerFactory()
    decide_stage(ada, "loyal", "A friend", None, cast.owner)
    assert list(classes(ada).values()) == ["Friends"]


def test_segments_may_speak_of_classes_that_are_found_before(cast: Cast) -> None:
    europe = CustomerClass.objects.get(name="Europe")
    segment = SegmentFactory(rule=about("classes", "any_of", [europe.pk]))
    ada, li = CustomerFactory(country="Germany"), CustomerFactory(country="China")
    refresh_standing([ada.pk, li.pk])
    assert [member.customer for member in segment.members.all()] == [ada]
    assert parse_rule("customer", segment.rule).summary() == "classes include Region: Europe"


def test_another_rule_has_everybody_asked_again(cast: Cast) -> None:
    ada = CustomerFactory(country="Japan")
    refresh_standing([ada.pk])
    elsewhere = CustomerClass.objects.get(name="Elsewhere")
    change_class(elsewhere, {"name": "Rest", "name_zh": "", "rule": elsewhere.rule}, cast.admin)
    assert not JobRun.objects.exists()
    change_class(CustomerClass.objects.get(name="Europe"), {"rule": about("country", "is", "Japan")}, cast.admin)
    run_what_is_owed()
    assert classes(ada) == {"region": "Europe"}
    assert JobRun.objects.get().name == "classes"


def test_a_classification_out_of_use_sorts_nobody(cast: Cast) -> None:
    ada = CustomerFactory(country="Japan")
    refresh_standing([ada.pk])
    region = Classification.objects.get(code="region")
    change_classification(region, {"is_active": False}, cast.admin)
    run_what_is_owed()
    assert classes(ada) == {}
    change_classification(region, {"is_active": True}, cast.admin)
    run_what_is_owed()
    assert classes(ada) == {"region": "Elsewhere"}


@pytest.mark.parametrize("field", ["classes", "segments"])
def test_a_class_speaks_of_neither_classes_nor_segments(cast: Cast, field: str) -> None:
    europe = CustomerClass.objects.get(name="Europe")
    before = europe.rule
    for change in (
        lambda rule: change_class(europe, {"rule": rule}, cast.admin),
        lambda rule: create_class(europe.classification, {"name": "New", "rule": rule}, cast.admin),
    ):
        with pytest.raises(ValidationError) as refused:
            change(about(field, "any_of", [europe.pk]))
        assert refused.value.message_dict == {
            "rule": ["Classes are asked before segments: this rule may speak of neither classes nor segments."]
        }
    europe.refresh_from_db()
    assert (europe.rule, CustomerClass.objects.count(), JobRun.objects.count()) == (before, 16, 0)


def test_a_rule_that_cannot_be_read_or_a_name_that_is_taken_changes_nothing(cast: Cast) -> None:
    europe = CustomerClass.objects.get(name="Europe")
    with pytest.raises(RuleError):
        change_class(europe, {"rule": about("password", "filled")}, cast.admin)
    with pytest.raises(ValidationError):
        change_class(europe, {"name": "Elsewhere"}, cast.admin)
    assert not CustomerClass.objects.filter(name="Europe").exclude(rule=europe.rule).exists()
    assert CustomerClass.objects.filter(name="Elsewhere").count() == 1


def test_a_rule_that_means_nothing_any_more_fits_nobody() -> None:
    group = ClassificationFactory(code="odd")
    CustomerClassFactory(classification=group, rule={"version": 1}, position=1)
    CustomerClassFactory(classification=group, rule=about("gone", "filled"), position=2)
    CustomerClassFactory(classification=group, name="Named", rule=about("name", "filled"), position=3)
    ada = CustomerFactory()
    refresh_standing([ada.pk])
    assert classes(ada)["odd"] == "Named"


def test_the_list_is_narrowed_to_classes(cast: Cast) -> None:
    ada, ben, li = (CustomerFactory(name=name, country=country) for name, country in
                    (("Ada", "Germany"), ("Ben", "Japan"), ("Li", "China")))  # fmt: skip
    refresh_standing([ada.pk, ben.pk, li.pk])
    keys = dict(CustomerClass.objects.values_list("name", "pk"))
    found = customer_list.queryset(cast.manager, {"in_class": [str(keys["Europe"]), str(keys["Elsewhere"])]})
    assert sorted(one.name for one in found) == ["Ada", "Ben"]


def test_classifications_are_put_in_another_order(cast: Cast) -> None:
    move_classification(Classification.objects.get(code="region"), -1, cast.admin)
    move_classification(Classification.objects.get(code="age-group"), -1, cast.admin)
    assert list(Classification.objects.values_list("code", flat=True)) == ["age-group", "size", "region", "industry"]
    assert not JobRun.objects.exists()
