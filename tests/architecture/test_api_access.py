"""Every endpoint of the API × every role: what is foreign does not exist, and a refusal changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from rest_framework.serializers import BaseSerializer, ListSerializer

from crm_site.api.fields import VisibleRecordField
from crm_site.api.models import ApiToken
from crm_site.api.urls import router
from crm_site.staff.choices import Module
from crm_site.staff.models import User
from tests.conftest import Cast
from tests.database_digest import database_digest
from tests.factories import contacts, deals, leads, needs, records, standing, tasks

VIEWSETS: dict[str, Any] = {prefix: viewset for prefix, viewset, _name in router.registry}
ENDPOINTS = sorted(VIEWSETS)
CHANGEABLE = [name for name in ENDPOINTS if "patch" in VIEWSETS[name].http_method_names]
SHARED = ("products", "segments", "surveys")
Call = Callable[..., tuple[int, Any]]


def caller(user: User, *scopes: str) -> Call:
    """Return a function that calls the API as somebody and returns status and body."""
    _token, secret = ApiToken.issue(user, scopes=list(scopes))
    client = Client(headers={"Authorization": f"Bearer {secret}"})

    def call(method: str, path: str, data: Any = None) -> tuple[int, Any]:
        response = getattr(client, method)(f"/api/v1/{path}", data, content_type="application/json")
        return response.status_code, response.json() if response.content else None

    return call


def records_of(user: User) -> dict[str, Any]:
    """Return one record of every endpoint that belongs to somebody."""
    customer = records.CustomerFactory(owner=user, kind="organisation")
    order = records.OrderFactory(customer=customer)
    return {
        "customers": customer,
        "consents": contacts.ConsentEntryFactory(customer=customer),
        "tasks": tasks.TaskFactory(customer=customer),
        "leads": leads.LeadFactory(customer=customer, owner=user),
        "needs": needs.NeedFactory(customer=customer),
        "orders": order,
        "opportunities": deals.OpportunityFactory(customer=customer),
        "payments": records.PaymentFactory(order=order),
        "products": records.ProductFactory(),
        "segments": standing.SegmentFactory(owner=user),
        "surveys": records.SurveyFactory(),
        "survey-answers": records.SurveyAnswerFactory(customer=customer),
    }


def valid(name: str, mine: dict[str, Any]) -> dict[str, Any]:
    """Return what creates a record of that endpoint."""
    facts: dict[str, dict[str, Any]] = {
        "customers": {"name": "Ada"},
        "consents": {
            "customer": mine["customers"].pk,
            "channel": "email",
            "purpose": "newsletter",
            "state": "given",
        },
        "tasks": {"title": "Call", "day": "2027-03-01"},
        "leads": {"customer": mine["customers"].pk, "title": "Pumps"},
        "needs": {"customer": mine["customers"].pk, "title": "Excel export"},
        "orders": {"lines": [{"description": "Tea", "quantity": "1", "unit_price": "2"}]},
        "opportunities": {"name": "Pumps"},
        "payments": {"order": mine["orders"].pk, "amount": "1"},
        "products": {"sku": "NEW", "name": "Bolt"},
        "segments": {"name": "New", "kind": "static"},
        "surveys": {"name": "New", "kind": "nps"},
        "survey-answers": {"survey": mine["surveys"].pk, "score": 4},
    }
    return facts[name]


def references(serializer: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return the paths of the writable fields that name another record, nested serializers included."""
    found = []
    for name, field in serializer.fields.items():
        if field.read_only:
            continue
        if isinstance(field, VisibleRecordField):
            found.append((*path, name))
        elif isinstance(field, ListSerializer):
            found += references(field.child, (*path, name))
        elif isinstance(field, BaseSerializer):
            found += references(field, (*path, name))
    return found


REFERENCES = [(name, path) for name in ENDPOINTS for path in references(VIEWSETS[name].serializer_class())]


@pytest.fixture(autouse=True)
def fresh_throttle() -> None:
    """Forget how often anybody has asked: keys of people come again."""
    cache.clear()


def test_the_digest_sees_every_change(cast: Cast) -> None:
    mine = records_of(cast.owner)
    before = database_digest()
    for record in mine.values():
        record.save(update_fields=[])
    assert database_digest() == before
    mine["customers"].tags.add(records.TagFactory())
    after = database_digest()
    changed = {table for table, digest in after.items() if digest != before[table]}
    assert changed == {"customers_tag", "customers_customer_tags"}


@pytest.mark.parametrize("name", ENDPOINTS)
def test_a_stranger_gets_401_whatever_is_tried(name: str, cast: Cast, client: Client) -> None:
    mine = records_of(cast.owner)
    before = database_digest()
    for path in (f"/api/v1/{name}/", f"/api/v1/{name}/{mine[name].pk}/", f"/api/v1/{name}/0/"):
        for method in ("get", "post", "patch", "put", "delete"):
            answer = getattr(client, method)(path, valid(name, mine), content_type="application/json")
            assert answer.status_code == 401, (method, path)
            assert answer["WWW-Authenticate"] == "Bearer"
    assert database_digest() == before


@pytest.mark.parametrize("name", ENDPOINTS)
def test_everybody_reads_exactly_what_is_visible(name: str, cast: Cast) -> None:
    model = VIEWSETS[name].list_page.model
    for person in (cast.owner, cast.outsider):
        records_of(person)
    every = set(model._default_manager.values_list("pk", flat=True))
    for person in cast:
        call = caller(person)
        visible = set(model._default_manager.all().visible_to(person).values_list("pk", flat=True))
        _status, listed = call("get", f"{name}/?limit=200")
        assert {one["id"] for one in listed["results"]} == visible, person.name
        statuses = {pk: call("get", f"{name}/{pk}/")[0] for pk in every}
        assert statuses == {pk: 200 if pk in visible else 404 for pk in every}, person.name


@pytest.mark.parametrize("name", CHANGEABLE)
def test_changing_needs_leave_and_a_refusal_changes_nothing(name: str, cast: Cast) -> None:
    mine = records_of(cast.owner)[name]
    rows = type(mine)._default_manager.filter(pk=mine.pk)
    refused = 0
    for person in cast:
        call = caller(person)
        seen, leave = rows.visible_to(person).exists(), rows.editable_by(person).exists()
        before = database_digest()
        status, _body = call("patch", f"{name}/{mine.pk}/", {"version": mine.version})
        if leave:
            assert status == 200, person.name
            mine.refresh_from_db()
        else:
            refused += 1
            assert status in ((403,) if seen else (404, 403)), person.name
            assert database_digest() == before, person.name
    assert refused


@pytest.mark.parametrize("name", [name for name in CHANGEABLE if name not in SHARED])
def test_a_foreign_record_is_not_found_by_whoever_may_change_others(name: str, cast: Cast) -> None:
    foreign = records_of(cast.owner)[name]
    call, before = caller(cast.outsider), database_digest()
    for data in ({"version": foreign.version}, {"version": 0, "owner": cast.outsider.pk}, {}):
        assert call("patch", f"{name}/{foreign.pk}/", data) == call("patch", f"{name}/987654321/", data)
    assert call("get", f"{name}/{foreign.pk}/")[0] == 404
    for method in ("put", "delete"):
        assert call(method, f"{name}/{foreign.pk}/", {})[0] == 405
    assert database_digest() == before


def test_the_sweep_finds_the_references() -> None:
    assert ("orders", ("customer",)) in REFERENCES
    assert ("orders", ("lines", "product")) in REFERENCES
    assert ("payments", ("order",)) in REFERENCES


@pytest.mark.parametrize(
    ("name", "path"), REFERENCES, ids=lambda value: value if isinstance(value, str) else "-".join(value)
)
def test_a_foreign_record_cannot_be_named_in_a_field(name: str, path: tuple[str, ...], cast: Cast) -> None:
    foreign, mine = records_of(cast.owner), records_of(cast.outsider)
    target: Any = VIEWSETS[name].serializer_class()
    for step in path:
        target = getattr(target, "child", target).fields[step]
    model = target.queryset.model
    # These are named by a key that is none.
    shared = hasattr(model, "sku") or model.__name__ in ("Survey", "Stage", "NeedCategory")
    pk = 987654321 if shared else next(one for one in foreign.values() if isinstance(one, model)).pk
    leaf: Any = {path[-1]: pk}
    data = {**valid(name, mine), path[0]: [{**leaf, "quantity": "1"}] if len(path) > 1 else pk}
    call, before = caller(cast.outsider), database_digest()
    status, body = call("post", f"{name}/", data)
    assert (status, list(body)) == (400, [path[0]])
    if name in CHANGEABLE:
        own = mine[name]
        status, body = call("patch", f"{name}/{own.pk}/", {"version": own.version, path[0]: data[path[0]]})
        assert (status, list(body)) == (400, [path[0]])
    assert database_digest() == before


@pytest.mark.parametrize("name", ENDPOINTS)
def test_a_token_opens_its_modules_only(name: str, cast: Cast) -> None:
    mine, module = records_of(cast.manager), VIEWSETS[name].list_page.module
    others = [one for one in Module.values if one != module]
    before = database_digest()
    elsewhere = caller(cast.manager, *others)
    assert elsewhere("get", f"{name}/")[0] == 404
    assert elsewhere("get", f"{name}/{mine[name].pk}/")[0] == 404
    assert elsewhere("post", f"{name}/", valid(name, mine))[0] == 404
    reader = caller(cast.manager, f"{module}:read")
    assert reader("get", f"{name}/")[0] == 200
    assert reader("post", f"{name}/", valid(name, mine))[0] == 404
    assert database_digest() == before
    assert caller(cast.manager, module)("post", f"{name}/", valid(name, mine))[0] == 201


@pytest.mark.parametrize("name", CHANGEABLE)
def test_keys_that_are_unknown_or_read_only_change_nothing(name: str, cast: Cast) -> None:
    mine = records_of(cast.manager)[name]
    call = caller(cast.manager)
    _status, before = call("get", f"{name}/{mine.pk}/")
    read_only = [key for key, field in VIEWSETS[name].serializer_class().fields.items() if field.read_only]
    intruding = dict.fromkeys(read_only, 1) | {"pk": 1, "search_text": "x", "is_superuser": True, "no such": {}}
    status, after = call("patch", f"{name}/{mine.pk}/", {**intruding, "version": mine.version})
    assert status == 200
    moved = {"version", "updated_at"}
    assert {key: value for key, value in after.items() if key not in moved} == {
        key: value for key, value in before.items() if key not in moved
    }


@pytest.mark.parametrize("name", ENDPOINTS)
@pytest.mark.parametrize("pk", ["0", "-1", "9223372036854775808", "1e9", "abc", "%00", "1%20OR%201=1", "１２"])
def test_a_key_that_cannot_be_one_is_not_found(name: str, pk: str, cast: Cast) -> None:
    call = caller(cast.admin)
    assert call("get", f"{name}/{pk}/")[0] == 404
    if name in CHANGEABLE:
        assert call("patch", f"{name}/{pk}/", {"version": 1})[0] == 404


@pytest.mark.parametrize("name", ENDPOINTS)
@pytest.mark.parametrize("body", ["", "[]", "null", "7", '"x"', "{", '{"version": "x"}', '{"lines": {"a": 1}}', "\x00"])
def test_a_body_that_is_no_record_is_refused(name: str, body: str, cast: Cast) -> None:
    mine = records_of(cast.manager)
    _token, secret = ApiToken.issue(cast.manager)
    client, before = Client(headers={"Authorization": f"Bearer {secret}"}), database_digest()
    accepted = {"orders": ("", "null")}.get(name, ())  # an order without anything is an empty walk-in sale
    if body not in accepted:
        answer = client.post(f"/api/v1/{name}/", body, content_type="application/json")
        assert answer.status_code in (400, 415), answer.content
    if name in CHANGEABLE:
        answer = client.patch(f"/api/v1/{name}/{mine[name].pk}/", body, content_type="application/json")
        assert answer.status_code == 400, answer.content
    assert database_digest() == before
