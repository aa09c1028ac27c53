"""The forecast, the movement since Monday and targets, read and written by programs."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from crm_site.api.models import ApiToken
from crm_site.staff.models import User
from sales.models import SalesTarget
from tests.conftest import Cast
from tests.factories.staff import UserFactory

Call = Callable[..., tuple[int, Any]]


def caller(user: User, *scopes: str) -> Call:
    """Return a function that calls the API as somebody."""
    _token, secret = ApiToken.issue(user, scopes=list(scopes))
    client = Client(headers={"Authorization": f"Bearer {secret}"})

    def call(method: str, path: str, data: Any = None) -> tuple[int, Any]:
        response = getattr(client, method)(f"/api/v1/{path}", data, content_type="application/json")
        return response.status_code, response.json()

    return call


def test_the_forecast_has_the_figures_of_the_page(company: Cast) -> None:
    status, body = caller(company.manager)("get", "forecast/?period=2026-Q4")
    assert (status, body["period"]) == (200, "2026-Q4")
    line = next(one for one in body["lines"] if one["name"] == "Olga Owner")
    assert {name: line[name] for name in ("won", "commit", "best_case", "pipeline", "weighted", "target", "gap")} == {
        "won": "1000.0000", "commit": "3000.0000", "best_case": "7000.0000", "pipeline": "15000.0000",
        "weighted": "5300.0000", "target": "5000.0000", "gap": "4000.0000",
    }  # fmt: skip
    assert (line["kind"], line["owner"], line["coverage"]) == ("person", company.owner.pk, 3.5)
    _status, own = caller(company.owner)("get", "forecast/?period=2026-Q4")
    assert [one["name"] for one in own["lines"]] == ["Olga Owner"]


def test_the_movement_adds_up(company: Cast) -> None:
    _status, body = caller(company.manager)("get", "forecast/monday/")
    for moved in (body["total"], *body["people"]):
        steps = sum(Decimal(amount) for amount in moved["steps"].values())
        assert Decimal(moved["before"]) + steps == Decimal(moved["after"])
    assert body["end"] is None


@pytest.mark.parametrize("path", ["forecast/", "forecast/monday/", "sales-targets/"])
def test_foreign_teams_and_people_without_sales_find_nothing(company: Cast, path: str) -> None:
    assert caller(company.lead)("get", f"{path}?team={company.outsider.team_id}")[0] == 404
    assert caller(UserFactory())("get", path)[0] in (403, 404)
    assert caller(company.manager, "customers")("get", path)[0] == 404
    assert caller(company.manager, "sales:read")("get", path)[0] == 200


def test_targets_are_set_together_or_not_at_all(cast: Cast) -> None:
    call = caller(cast.lead)
    mine = {"owner": cast.owner.pk, "month": "2026-03-15", "amount": "5000"}
    assert call("post", "sales-targets/", {"targets": [mine]}) == (200, {"changed": 1})
    _status, body = call("get", "sales-targets/?year=2026")
    team = cast.owner.team_id
    assert body == {"targets": [{"owner": cast.owner.pk, "team": team, "month": "2026-03-01", "amount": "5000.0000"}]}
    foreign = {"owner": cast.outsider.pk, "month": "2026-03-01", "amount": "1"}
    assert call("post", "sales-targets/", {"targets": [{**mine, "amount": "6000"}, foreign]})[0] == 403
    assert caller(cast.owner)("post", "sales-targets/", {"targets": [mine]})[0] == 403
    assert caller(cast.lead, "sales:read")("post", "sales-targets/", {"targets": [mine]})[0] in (403, 404)
    for bad in ({**mine, "amount": "-1"}, {**mine, "month": "x"}, {**mine, "owner": "x"}, {"amount": 1}):
        assert call("post", "sales-targets/", {"targets": [bad]})[0] == 400
    assert SalesTarget.objects.get().amount == 5000
    assert call("post", "sales-targets/", {"targets": [{**mine, "amount": None}]}) == (200, {"changed": 1})
    assert not SalesTarget.objects.exists()
