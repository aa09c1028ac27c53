"""A reader never counts, samples, names or explains what they may not see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from crm_site.rules import encode_rule, parse_rule
from crm_site.rules.counting import count_exactly, count_rows, first_rows, preview_rows
from crm_site.rules.drafts import Vocabulary
from crm_site.staff.models import User
from customers.models import Customer
from tests.conftest import Cast
from tests.crm_site.rules.conftest import NOW, Company
from tests.database_digest import database_digest
from tests.factories import records
from tests.factories.staff import RoleFactory, RoleGrantFactory, UserFactory

SignIn = Callable[[User], Client]
ANY_STAGE = {"version": 1, "root": {"not": [{"field": "name", "op": "is", "value": "no such name"}]}}
ORDERS = {"relation": "orders", "measure": "count", "op": "gte", "value": 1}


def test_counts_and_samples_hold_what_the_reader_sees(company: Company) -> None:
    rule, cast = parse_rule("customer", ANY_STAGE), company.cast
    assert count_rows(rule, cast.manager).number == 6
    assert count_rows(rule, None).number == 6
    for person, seen in (
        (cast.owner, {"Acme", "Ada", "Nobody's"}),
        (cast.outsider, {"Wang 王"}),
        (cast.teammate, set()),
    ):
        preview = preview_rows(rule, person)
        assert (preview.count.number, preview.count.exact) == (len(seen), True)
        assert {str(record) for record in preview.records} == seen
        assert {str(record) for record in first_rows(rule, person)} == seen
        exact = count_exactly(rule, person)
        assert exact is not None
        assert exact.number == len(seen)


def test_related_rows_are_those_the_reader_sees(company: Company) -> None:
    rule = parse_rule("customer", {"version": 1, "root": {"all": [ORDERS]}})
    nobodys = Customer.objects.get(name="Nobody's")
    assert rule.narrow(Customer.objects.filter(pk=nobodys.pk), reader=company.cast.outsider).exists()
    assert not rule.narrow(Customer.objects.filter(pk=nobodys.pk), reader=company.cast.owner).exists()
    explained = rule.explain(nobodys.pk, reader=company.cast.owner)
    assert (explained.holds, explained.children[0].actual) == (False, "0")
    role = RoleFactory()
    RoleGrantFactory(role=role, module="customers", view="all")
    without_sales = UserFactory()
    without_sales.roles.add(role)
    assert rule.narrow(Customer.objects.all(), reader=without_sales).count() == 0


def test_a_record_that_is_not_seen_cannot_be_explained(company: Company) -> None:
    rule = parse_rule("customer", ANY_STAGE)
    acme = Customer.objects.get(name="Acme")
    assert rule.explain(acme.pk, reader=company.cast.owner).holds
    with pytest.raises(LookupError):
        rule.explain(acme.pk, reader=company.cast.outsider)


def test_names_of_records_are_told_to_those_who_may_see_them(company: Company) -> None:
    bought = {**ORDERS, "where": [{"field": "products", "op": "any_of", "value": [company.products[0].pk]}]}
    rule = parse_rule("customer", {"version": 1, "root": {"all": [bought]}})
    assert "Desk" in rule.sentence(company.cast.owner)
    assert "Desk" not in rule.sentence(UserFactory())


@pytest.mark.parametrize("view", ["builder", "try", "count", "explain"])
def test_without_the_module_or_the_subject_there_is_no_page(view: str, cast: Cast, signed_in: SignIn) -> None:
    code = encode_rule(parse_rule("customer", ANY_STAGE))
    stranger = signed_in(UserFactory())
    manager = signed_in(cast.manager)
    before = database_digest()
    for method in ("get", "post"):
        for client, subject in ((stranger, "customer"), (manager, "planet")):
            answer: Any = getattr(client, method)(f"/rules/{subject}/{view}/?rule={code}")
            assert answer.status_code in (404, 405), (view, method, subject)
    assert database_digest() == before


def test_relations_of_a_module_are_offered_to_its_people_only(cast: Cast, signed_in: SignIn) -> None:
    role = RoleFactory()
    RoleGrantFactory(role=role, module="customers", view="all")
    without_sales = UserFactory()
    without_sales.roles.add(role)
    assert "orders" in Vocabulary("customer").relations
    for person, offered in ((cast.owner, True), (without_sales, False)):
        page = signed_in(person).get("/rules/customer/try/").content.decode()
        assert ('value="relation:orders"' in page) is offered
        assert 'value="relation:addresses"' in page


def test_trying_a_rule_on_a_foreign_record_is_not_found(cast: Cast, signed_in: SignIn) -> None:
    customer = records.CustomerFactory(owner=cast.owner)
    form = {"node": ["0", "0.0"], "0.join": "all", "0.0.what": "field:name", "0.0.op": "filled", "record": customer.pk}
    assert signed_in(cast.owner).post("/rules/customer/explain/", form).status_code == 200
    assert signed_in(cast.outsider).post("/rules/customer/explain/", form).status_code == 404
    for key in ("0", "x", "-1", str(2**63), "9" * 40, "٣"):
        assert signed_in(cast.owner).post("/rules/customer/explain/", form | {"record": key}).status_code == 404


def test_now_is_the_same_for_everybody(company: Company) -> None:
    rule = parse_rule(
        "customer", {"version": 1, "root": {"all": [{"field": "created", "op": "during", "value": "today"}]}}
    )
    found = [set(rule.narrow(Customer.objects.all(), reader=one, now=NOW)) for one in (None, company.cast.manager)]
    assert found[0] == found[1]
