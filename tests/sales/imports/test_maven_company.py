"""A company's sales of 8,800 deals comes in by files, and its published figures come out."""

from __future__ import annotations

import datetime as dt
import gzip
import itertools
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum
from django.test import Client

from crm_site.staff.models import Team, User
from customers.models import Customer
from sales.models import Opportunity, OpportunityChange, Product
from tests.conftest import Cast
from tests.reference_data import reference_file

pytestmark = pytest.mark.django_db

Importer = Callable[..., dict[str, Any]]
Clients = Callable[[User], Client]
WON_BY_QUARTER = (1_134_672, 3_086_111, 2_982_255, 2_802_496)


def read(name: str) -> bytes:
    """Return a file of the company."""
    path = reference_file(f"maven-crm/{name}")
    return gzip.decompress(path.read_bytes()) if name.endswith(".gz") else path.read_bytes()


def bring_in(import_text: Importer) -> dict[str, dict[str, Any]]:
    """Import the four files in their order; return the reports."""
    return {
        "teams": import_text("sales_teams", read("sales_teams.csv")),
        "accounts": import_text("companies", read("accounts.csv")),
        "products": import_text("products", read("products.csv")),
        "deals": import_text("opportunities", read("sales_pipeline.csv.gz"), "--option", "pipeline=Maven"),
    }


def figure(client: Client, code: str, **params: Any) -> dict[str, Any]:
    """Read a figure from the API."""
    response = client.get(f"/api/v1/kpis/{code}/", params)
    assert response.status_code == 200, response.content
    found: dict[str, Any] = response.json()
    return found


def test_the_published_figures_come_out(cast: Cast, import_text: Importer, signed_in: Clients) -> None:
    reports = bring_in(import_text)
    assert [(name, one["created"], one["failed"]) for name, one in reports.items()] == [
        ("teams", 35, 0),
        ("accounts", 85, 0),
        ("products", 7, 0),
        ("deals", 8800, 0),
    ]
    deals = Opportunity.objects.all()
    assert Product.objects.count() == 7, "GTXPro is GTX Pro"
    assert deals.filter(product__sku="GTX Pro").count() == 1480
    assert deals.filter(customer=None).count() == 1425
    assert deals.filter(owner=None).count() == 0
    assert sorted(deals.values_list("stage__name", flat=True).distinct()) == ["Engaging", "Prospecting"]
    client = signed_in(cast.manager)
    assert figure(client, "won_count")["value"] == 4238
    assert figure(client, "lost_count")["value"] == 2473
    assert figure(client, "won_value")["value"] == 10_005_534
    assert round(figure(client, "average_deal")["value"], 2) == 2360.91
    assert round(figure(client, "win_rate")["value"], 3) == 63.150
    assert round(figure(client, "sales_cycle_days")["value"], 3) == 51.782
    assert round(figure(client, "sales_velocity")["value"], 2) == 193_224.27
    quarters = [dt.date(2017, month, 1) for month in (1, 4, 7, 10)] + [dt.date(2018, 1, 1)]
    won = [figure(client, "won_value", **{"from": a, "to": b})["value"] for a, b in itertools.pairwise(quarters)]
    assert won == list(WON_BY_QUARTER)
    part_of_a_team(client)
    assert OpportunityChange.objects.aggregate(left=Sum("delta"))["left"] == Decimal(0)
    assert Customer.objects.get(name="Bluth Company").organisation == Customer.objects.get(name="Acme Corporation")
    again = import_text("opportunities", read("sales_pipeline.csv.gz"), "--option", "pipeline=Maven")
    assert (again["created"], again["updated"], again["skipped"]) == (0, 0, 8800)
    assert import_text("companies", read("accounts.csv"))["created"] == 0
    assert import_text("sales_teams", read("sales_teams.csv"))["created"] == 0


def part_of_a_team(client: Client) -> None:
    """The figures of regions, of teams and of people add up to the whole."""
    regions = [figure(client, "won_value", team=name)["value"] for name in ("Central", "East", "West")]
    assert sum(regions) == 10_005_534
    east = Team.objects.get(name="East")
    assert figure(client, "won_value", team=east.pk)["value"] == regions[1]
    people = User.objects.filter(team__path__startswith=east.path)
    assert sum(figure(client, "won_value", owner=one.pk)["value"] or 0 for one in people) == regions[1]
    found = figure(client, "won_count", team="East")
    address = found["rows"].partition("/sales/")[2]
    assert f"team={east.pk}" in address
