"""The API: what a token may do, by field errors, versions, and the filters of the lists."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from crm_site.api.models import ApiToken
from crm_site.staff.models import User
from customers.models import Customer
from sales.models import Order
from service.models import SurveyAnswer
from tests.conftest import Cast
from tests.factories.records import CustomerFactory, OrderFactory, ProductFactory, SurveyFactory

CUSTOMERS = "/api/v1/customers/"


def caller(user: User, *scopes: str) -> Any:
    """Return a function that calls the API as somebody and returns status and body."""
    _token, secret = ApiToken.issue(user, scopes=list(scopes))
    client = Client(headers={"Authorization": f"Bearer {secret}"})

    def call(method: str, path: str, data: Any = None) -> tuple[int, Any]:
        response = getattr(client, method)(path, data, content_type="application/json")
        return response.status_code, response.json()

    return call


def test_without_a_good_token_there_is_no_api(cast: Cast, client: Client) -> None:
    assert client.get(CUSTOMERS).status_code == 401
    assert client.get(CUSTOMERS, headers={"Authorization": "Bearer gx_wrong"}).status_code == 401
    assert client.get(CUSTOMERS, headers={"Authorization": "Bearer"}).status_code == 401
    token, secret = ApiToken.issue(cast.owner)
    good = {"Authorization": f"Bearer {secret}"}
    assert client.get(CUSTOMERS, headers=good).status_code == 200
    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert client.get(CUSTOMERS, headers=good).status_code == 401
    ApiToken.objects.update(expires_at=None)
    User.objects.filter(pk=cast.owner.pk).update(is_active=False)
    assert client.get(CUSTOMERS, headers=good).status_code == 401


def test_a_token_does_no_more_than_its_scopes(cast: Cast) -> None:
    call = caller(cast.manager, "customers:read")
    assert call("get", CUSTOMERS)[0] == 200
    assert call("post", CUSTOMERS, {"name": "Ada"})[0] == 404
    assert call("get", "/api/v1/orders/")[0] == 404
    assert not Customer.objects.exists()


def test_a_customer_is_created_read_changed_and_guarded_by_its_version(cast: Cast) -> None:
    call = caller(cast.owner)
    data = {"name": "Ada", "email": "ada@example.com", "tags": [], "address": {"city": "Suzhou", "street": "1 Li Lu"}}
    status, made = call("post", CUSTOMERS, data)
    assert (status, made["address"]["city"]) == (201, "Suzhou")
    assert (made["version"], made["owner"], made["metrics"]["orders_count"]) == (1, cast.owner.pk, 0)
    url = f"{CUSTOMERS}{made['id']}/"
    status, changed = call("patch", url, {"version": 1, "industry": "Poetry", "address": {"city": "Berlin"}})
    assert (status, changed["industry"], changed["version"]) == (200, "Poetry", 2)
    assert (changed["address"]["city"], changed["address"]["street"]) == ("Berlin", "1 Li Lu")
    assert call("patch", url, {"version": 1, "industry": "Maths"}) == (
        409,
        {"version": ["stale"], "current_version": 2},
    )
    assert call("patch", url, {"industry": "Maths"})[0] == 400
    assert Customer.objects.get().industry == "Poetry"
    assert call("delete", url)[0] == 405


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "Ada", "email": "x"}, "email"),
        ({"name": "Ada", "phone": "x"}, "phone"),
        ({"name": "Ada", "identifier": "91350211M000100Y44"}, "identifier"),
        ({"name": "Ada", "stage": "famous"}, "stage"),
        ({"name": "Ada", "organisation": 0}, "organisation"),
        ({"name": "x" * 201}, "name"),
    ],
)
def test_bad_input_is_said_by_field(cast: Cast, data: dict[str, Any], field: str) -> None:
    status, body = caller(cast.owner)("post", CUSTOMERS, data)
    assert (status, list(body)) == (400, [field])
    assert not Customer.objects.exists()


def test_a_taken_key_is_a_bad_value(cast: Cast) -> None:
    CustomerFactory(reference="K", owner=cast.outsider)
    assert caller(cast.owner)("post", CUSTOMERS, {"name": "Ada", "reference": "K"})[0] == 400
    ProductFactory(sku="P")
    assert caller(cast.manager)("post", "/api/v1/products/", {"name": "Bolt", "sku": "P"})[0] == 400


def test_lists_take_the_filters_of_the_pages_and_page_by_key(cast: Cast) -> None:
    for number in range(5):
        CustomerFactory(owner=cast.owner, stage="loyal" if number % 2 else "new", name=f"C{number}")
    CustomerFactory(owner=cast.outsider, stage="loyal")
    call = caller(cast.owner)
    _status, loyal = call("get", f"{CUSTOMERS}?stage=loyal")
    assert [one["name"] for one in loyal["results"]] == ["C3", "C1"]
    names: list[str] = []
    url = f"{CUSTOMERS}?limit=2"
    while url:
        _status, page = call("get", url)
        names += [one["name"] for one in page["results"]]
        url = page["next"]
    assert names == ["C4", "C3", "C2", "C1", "C0"]


def test_changed_since_synchronises(cast: Cast) -> None:
    old, new = CustomerFactory(owner=cast.owner), CustomerFactory(owner=cast.owner)
    Customer.objects.filter(pk=old.pk).update(updated_at=timezone.now() - dt.timedelta(days=2))
    since = (timezone.now() - dt.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    _status, body = caller(cast.owner)("get", f"{CUSTOMERS}?changed_since={since}")
    assert [one["id"] for one in body["results"]] == [new.pk]
    assert caller(cast.owner)("get", f"{CUSTOMERS}?changed_since=lately")[0] == 400


def test_an_order_with_lines_and_a_payment(cast: Cast) -> None:
    customer, product = CustomerFactory(owner=cast.owner), ProductFactory()
    call = caller(cast.owner)
    lines = [{"product": product.pk, "quantity": "2", "unit_price": "3.3333"}]
    status, order = call("post", "/api/v1/orders/", {"customer": customer.pk, "lines": lines})
    assert (status, order["total"], order["lines"][0]["amount"]) == (201, "6.6666", "6.6666")
    status, _body = call("post", "/api/v1/payments/", {"order": order["id"], "amount": "6.67"})
    assert status == 201
    assert Order.objects.get().paid_total == Decimal("6.67")
    foreign = OrderFactory(customer=CustomerFactory(owner=cast.outsider))
    assert call("post", "/api/v1/payments/", {"order": foreign.pk, "amount": "1"})[0] == 400
    assert call("get", f"/api/v1/orders/{foreign.pk}/")[0] == 404


def test_an_answer_of_the_same_occasion_replaces(cast: Cast) -> None:
    survey = SurveyFactory(kind="csat")
    call = caller(cast.agent)
    for score in (2, 5):
        data = {"survey": survey.pk, "score": score, "occasion": "ticket 7"}
        assert call("post", "/api/v1/survey-answers/", data)[0] == 201
    assert [answer.score for answer in SurveyAnswer.objects.all()] == [5]
    status, body = call("post", "/api/v1/survey-answers/", {"survey": survey.pk, "score": 9})
    assert (status, list(body)) == (400, ["score"])


def test_the_command_issues_a_token_that_works(cast: Cast, client: Client) -> None:
    out = StringIO()
    call_command("create_token", cast.owner.email, "--scope", "customers:read", stdout=out)
    headers = {"Authorization": f"Bearer {out.getvalue().strip()}"}
    assert client.get(CUSTOMERS, headers=headers).status_code == 200
    assert ApiToken.objects.get().digest not in out.getvalue()
    with pytest.raises(CommandError, match="no active user"):
        call_command("create_token", "nobody@crm.example")
