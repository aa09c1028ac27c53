"""Pages of classes: the set-up, the customer's card, filters and the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from crm_site.rules import encode_rule, parse_rule
from crm_site.staff.models import User
from customers.models import Classification, Customer, CustomerClass
from customers.services import refresh_standing
from tests.conftest import Cast
from tests.customers.standing.test_classes import about, born
from tests.customers.standing.test_lifecycle_pages import words
from tests.factories.records import CustomerFactory
from tests.factories.standing import SegmentFactory

SignIn = Callable[[User], Client]
PAGE = "/customers/classes/"


def code_of(rule: dict[str, Any]) -> str:
    """Return a rule as the builder hands it over."""
    return encode_rule(parse_rule("customer", rule))


def key(name: str) -> int:
    """Return the key of a class."""
    return int(CustomerClass.objects.get(name=name).pk)


def state() -> list[tuple[Any, ...]]:
    """Return everything that is set up."""
    classifications = Classification.objects.values_list("code", "name", "name_zh", "position", "is_active")
    return [*classifications, *CustomerClass.objects.values_list("pk", "name", "name_zh", "rule", "position")]


def test_the_page_says_the_rules_and_counts_whom_the_reader_sees(cast: Cast, signed_in: SignIn) -> None:
    mine = CustomerFactory(country="Germany", owner=cast.owner)
    foreign = CustomerFactory(country="Germany", owner=cast.outsider)
    refresh_standing([mine.pk, foreign.pk])
    for person, size in ((cast.owner, 1), (cast.manager, 2)):
        shown = signed_in(person).get(PAGE).context["classifications"]
        rows = {one.name: count for _group, found in shown for one, _words, count, _url in found}
        assert (rows["Europe"], rows["Elsewhere"]) == (size, 0)
    page = words(signed_in(cast.owner), PAGE)
    assert "age is between 25 and 39" in page
    assert "New classification" not in page
    assert f"/customers/?in_class={key('Europe')}" in page
    assert "New classification" in words(signed_in(cast.admin), PAGE)


def test_names_follow_the_language() -> None:
    one = CustomerClass(name="Europe", name_zh="欧洲", classification=Classification(name="Region", name_zh=""))
    with translation.override("zh-hans"):
        assert one.label == "欧洲"
        assert one.classification.label == "Region"


def test_only_who_sets_up_changes_classes(cast: Cast, signed_in: SignIn) -> None:
    region, europe = Classification.objects.get(code="region").pk, key("Europe")
    before = state()
    typed = {"name": "X", "name_zh": "", "code": "x", "rule_code": code_of(about("name", "filled"))}
    manager, nobody = signed_in(cast.manager), signed_in(User.objects.create(email="x@x.example", name="X"))
    for address in (
        "new/", f"{region}/", f"{region}/move/up/", f"{region}/delete/", f"{region}/new/", f"rules/{europe}/",
        f"rules/{europe}/move/up/", f"rules/{europe}/delete/",
    ):  # fmt: skip
        assert manager.post(PAGE + address, typed).status_code == 403, address
        assert nobody.post(PAGE + address, typed).status_code == 404, address
    assert nobody.get(PAGE).status_code == 404
    assert state() == before


def test_an_administrator_sets_up_a_classification(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.admin)
    refused = client.post(f"{PAGE}new/", {"name": "Colours", "code": "region"})
    assert refused.status_code == 422
    assert "There is a classification with this code already." in refused.content.decode()
    client.post(f"{PAGE}new/", {"name": "Colours", "name_zh": "颜色", "code": "colours"})
    colours = Classification.objects.get(code="colours")
    assert (colours.name_zh, colours.position, colours.is_active) == ("颜色", 5, True)
    client.post(f"{PAGE}{colours.pk}/new/", {"name": "Red", "rule_code": code_of(about("name", "filled"))})
    red = colours.classes.get()
    assert (red.name, red.rule) == ("Red", about("name", "filled"))
    client.post(f"{PAGE}rules/{red.pk}/", {"name": "Blue", "rule_code": code_of(about("country", "filled"))})
    red.refresh_from_db()
    assert (red.name, red.rule) == ("Blue", about("country", "filled"))
    client.post(f"{PAGE}{colours.pk}/", {"name": "Colors", "name_zh": ""})
    colours.refresh_from_db()
    assert (colours.name, colours.code, colours.is_active) == ("Colors", "colours", False)
    assert "not in use" in words(client, PAGE)
    client.post(f"{PAGE}{colours.pk}/move/up/")
    assert [one.code for one in Classification.objects.all()] == ["age-group", "size", "industry", "colours", "region"]
    client.post(f"{PAGE}rules/{key('Europe')}/move/up/")
    assert client.post(f"{PAGE}rules/{key('Europe')}/move/sideways/").status_code == 404
    names = CustomerClass.objects.filter(classification__code="region").values_list("name", flat=True)
    assert list(names) == ["Europe", "Greater China", "North America", "Elsewhere"]
    assert client.get(f"{PAGE}{colours.pk}/delete/").status_code == 200
    client.post(f"{PAGE}{colours.pk}/delete/")
    assert not Classification.objects.filter(code="colours").exists()


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"name": "X"}, "rule_code", "Fill in the rule: it says who belongs to the class."),
        ({"name": "X", "rule_code": "nonsense"}, "rule_code", "This rule cannot be read: build it again."),
        ({"name": ""}, "name", "This field is required."),
        ({"name": "Elsewhere", "rule": "name"}, "name", "There is a class of this name already."),
        (
            {"name": "X", "rule": "segments"},
            "rule_code",
            "Classes are asked before segments: this rule may speak of neither classes nor segments.",
        ),
    ],
    ids=["no rule", "nonsense", "no name", "a name that is taken", "a ring"],
)
def test_what_is_wrong_stands_beside_its_field(
    cast: Cast, signed_in: SignIn, typed: dict[str, str], field: str, said: str
) -> None:
    facts = dict(typed)
    rules = {"name": about("name", "filled"), "segments": about("segments", "any_of", [SegmentFactory().pk])}
    if rule := facts.pop("rule", ""):
        facts["rule_code"] = code_of(rules[rule])
    client, before = signed_in(cast.admin), state()
    region = Classification.objects.get(code="region").pk
    for address in (f"{PAGE}rules/{key('Europe')}/", f"{PAGE}{region}/new/"):
        answer = client.post(address, facts)
        assert answer.status_code == 422, address
        assert answer.context["form"].errors[field] == [said]
        assert said in answer.content.decode()
    assert state() == before


def test_the_card_of_a_customer_says_its_classes_and_why(cast: Cast, signed_in: SignIn) -> None:
    ada = born(30, owner=cast.owner, country="Germany")
    foreign = CustomerFactory(owner=cast.outsider)
    refresh_standing([ada.pk])
    card = words(signed_in(cast.owner), f"/customers/{ada.pk}/standing/")
    assert "25–39" in card
    assert "age is between 25 and 39" in card
    assert f"/customers/?in_class={key('Europe')}" in card
    assert signed_in(cast.owner).get(f"/customers/{foreign.pk}/standing/").status_code == 404


def test_the_list_and_rules_know_classes(cast: Cast, signed_in: SignIn) -> None:
    ada, li = CustomerFactory(name="Ada", country="Germany"), CustomerFactory(name="Li", country="China")
    refresh_standing([ada.pk, li.pk])
    client = signed_in(cast.manager)
    page = words(client, f"/customers/?in_class={key('Europe')}")
    assert ("Ada" in page, ">Li<" in page, "Region: Europe" in page) == (True, False, True)
    rule = parse_rule("customer", about("classes", "none_of", [key("Europe")]))
    assert list(rule.narrow(Customer.objects.all())) == [li]


def test_the_api_tells_classes_and_finds_by_them(cast: Cast, signed_in: SignIn) -> None:
    ada, li = CustomerFactory(country="Germany"), CustomerFactory(country="China")
    refresh_standing([ada.pk, li.pk])
    client = signed_in(cast.manager)
    found = client.get(f"/api/v1/customers/?in_class={key('Europe')}").json()["results"]
    assert [one["id"] for one in found] == [ada.pk]
    assert [(one["id"], one["classification"], one["name"]) for one in found[0]["classes"]] == [
        (key("Europe"), "region", "Europe")
    ]
