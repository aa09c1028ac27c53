"""The voice of the customer: each deal counts once, each figure opens as many rows as it says, and scope holds."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crm_site.events.models import EventRecord
from crm_site.staff.models import User
from customers.models import Segment
from sales.models import Need, NeedCategory, Opportunity, Product
from sales.selectors.voice import DIMENSIONS, Figures, Voice, read_voice
from sales.views.voice import Asked
from tests.conftest import Cast
from tests.factories.deals import OpportunityFactory
from tests.factories.needs import NeedFactory, NeedTopicFactory
from tests.factories.records import CustomerFactory, ProductFactory
from tests.factories.standing import SegmentFactory, SegmentMemberFactory

SignIn = Callable[[User], Client]
CLOSED = dt.datetime(2026, 6, 10, tzinfo=dt.UTC)
LOST: dict[str, Any] = {"status": "lost", "closed_at": CLOSED, "probability": 0}
WON: dict[str, Any] = {"status": "won", "closed_at": CLOSED, "probability": 100}
NOTHING = Decimal(0)


@pytest.fixture
def company(cast: Cast) -> Cast:
    """Two customers of the owner's with five needs, and a foreign one with a sixth.

    Acme lost a deal of 1,000 that came of three needs, two of Excel and one of parts, and has an open one of 300; Beta
    won one of 70.
    """
    excel, parts = NeedTopicFactory(name="excel"), NeedTopicFactory(name="parts")
    acme, beta = CustomerFactory(name="Acme", owner=cast.owner), CustomerFactory(name="Beta", owner=cast.owner)
    acme.stage = "loyal"
    acme.save()
    for name, members in (("Key accounts", (acme,)), ("Everybody", (acme, beta))):
        segment = SegmentFactory(name=name, owner=cast.owner)
        for member in members:
            SegmentMemberFactory(segment=segment, customer=member)
    lost = OpportunityFactory(customer=acme, amount=1000, **LOST)
    pump = ProductFactory(name="Pump")
    NeedFactory(title="E1", customer=acme, topic=excel, opportunity=lost, product=pump)
    NeedFactory(title="E2", customer=acme, topic=excel, opportunity=lost)
    NeedFactory(
        title="E3",
        customer=beta,
        topic=excel,
        status="addressed",
        closed_at=CLOSED,
        opportunity=OpportunityFactory(customer=beta, amount=70, **WON),
    )
    NeedFactory(title="P1", customer=acme, topic=parts, opportunity=lost, product=pump)
    NeedFactory(
        title="N1",
        customer=acme,
        opportunity=OpportunityFactory(customer=acme, amount=300),
        category=NeedCategory.objects.get(name="Delivery"),
    )
    foreign = CustomerFactory(owner=cast.outsider)
    NeedFactory(
        title="F1", customer=foreign, topic=excel, opportunity=OpportunityFactory(customer=foreign, amount=5000, **LOST)
    )
    return cast


def told(user: User, by: str, across: str = "") -> Voice:
    """Return what the page counts for a reader."""
    segments = Segment.objects.visible_to(user).values_list("pk", flat=True)
    return read_voice(Need.objects.visible_to(user), by, across, user, list(segments))


def shown(one: Figures) -> tuple[Any, ...]:
    """Return needs, customers, addressed, and the lost, open and won sums."""
    sums = (one.amount("lost"), one.amount("open"), one.amount("won"))
    return (one.needs, one.customers, one.addressed, *sums)


def test_each_deal_counts_once_in_a_line_and_once_in_all(company: Cast) -> None:
    found = told(company.owner, "topic")
    names: dict[Any, str] = {None: "-", **dict(Need.objects.exclude(topic=None).values_list("topic", "topic__name"))}
    assert {names[key]: shown(one) for key, one in found.lines.items()} == {
        "excel": (3, 2, 1, 1000, NOTHING, 70),
        "parts": (1, 1, 0, 1000, NOTHING, NOTHING),
        "-": (1, 1, 0, NOTHING, 300, NOTHING),
    }
    assert shown(found.total) == (5, 2, 1, 1000, 300, 70)
    assert found.total.share == 0.2
    assert found.lines[Need.objects.get(title="E1").topic_id].count("lost") == 1


def test_a_customer_counts_in_every_segment(company: Cast) -> None:
    found = told(company.owner, "segment", "topic")
    keys = dict(Segment.objects.values_list("name", "pk"))
    assert {key: one.needs for key, one in found.lines.items()} == {keys["Everybody"]: 5, keys["Key accounts"]: 4}
    assert found.lines[keys["Key accounts"]].amount("lost") == 1000
    excel = Need.objects.get(title="E1").topic_id
    assert found.crossings[keys["Everybody"], excel] == 3
    assert found.crossings[keys["Key accounts"], excel] == 2
    assert found.columns[-1] is None


def test_scope_holds_for_needs_and_for_deals(company: Cast) -> None:
    assert shown(told(company.outsider, "topic").total) == (1, 1, 0, 5000, NOTHING, NOTHING)
    assert told(company.manager, "topic").total.amount("lost") == 6000
    assert told(company.manager, "topic").total.needs == 6
    # The owner's need came to a deal that somebody else has: it is counted, its revenue is not shown.
    Opportunity.objects.filter(status="lost", amount=1000).update(owner=company.outsider, team=company.outsider.team)
    assert shown(told(company.owner, "topic").total) == (5, 2, 1, NOTHING, 300, 70)


LINK = re.compile(r'<td class="end"><a href="([^"]+)"[^>]*>([^<]+)</a>')


@pytest.mark.parametrize("by", sorted(DIMENSIONS))
@pytest.mark.parametrize("across", ["", "segment", "product", "topic", "stage", "category"])
def test_every_figure_opens_the_rows_it_counts(company: Cast, signed_in: SignIn, by: str, across: str) -> None:
    client = signed_in(company.owner)
    page = client.get(f"{reverse('sales:voice')}?by={by}&across={across}").content.decode()
    links = [(url.replace("&amp;", "&"), words) for url, words in LINK.findall(page)]
    assert links
    for url, words in links:
        rows = [item.record for item in client.get(url).context["list"].rows]
        needs = Need.objects.filter(pk__in=[row.pk for row in rows])
        if words.isdigit():
            assert (url, len(rows)) == (url, int(words))
        elif words.startswith("€"):
            status = re.search(r"deal=(\w+)", url)
            deals = Opportunity.objects.filter(needs__in=needs, status=status[1] if status else "").distinct()
            assert sum(deal.base_amount for deal in deals) == Decimal(words[1:].replace(",", "")), url


def test_filters_narrow_the_figures_and_stay_in_the_links(company: Cast, signed_in: SignIn) -> None:
    client, pump = signed_in(company.owner), Product.objects.get(name="Pump")
    key = Segment.objects.get(name="Key accounts").pk
    page = client.get(f"{reverse('sales:voice')}?product={pump.pk}&segment={key}&status=stated&stated_from=2020-01-01")
    lines = page.context["lines"]
    assert sorted((one["label"], one["cells"][0].words, one["cells"][3].words) for one in lines) == [
        ("excel", "1", "€1,000"), ("parts", "1", "€1,000"),
    ]  # fmt: skip
    assert page.context["total"][3].words == "€1,000"
    for part in (f"product={pump.pk}", f"segment={key}", "status=stated", "stated_from=2020-01-01"):
        assert part in lines[0]["url"]
    nothing = client.get(f"{reverse('sales:voice')}?stated_to=2001-01-01")
    assert (nothing.context["lines"], nothing.status_code) == ([], 200)


@pytest.mark.parametrize("query", ["by=owner__password", "across=topic&by=topic", "segment=x&status=y", "by=%00"])
def test_what_makes_no_sense_is_left_out(company: Cast, signed_in: SignIn, query: str) -> None:
    page = signed_in(company.owner).get(f"{reverse('sales:voice')}?{query}")
    assert page.status_code == 200
    assert page.context["asked"] == Asked("topic", page.context["asked"].across, {})


def test_the_file_holds_what_the_page_shows_and_is_written_down(company: Cast, signed_in: SignIn) -> None:
    answer: Any = signed_in(company.owner).get(f"{reverse('sales:voice')}?by=topic&across=product&export=csv")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == (
        "Topic,Needs,Customers,Addressed,Lost deals,Lost revenue,Open deals,Open revenue,Won deals,Won revenue,"
        "No product,Pump"
    )
    assert lines[1] == "excel,3,2,1,1,1000.0000,0,0,1,70.0000,2,1"
    record = EventRecord.objects.get(name="pages.ListExported")
    assert (record.payload["list_code"], record.payload["rows"]) == ("voice", 3)


def test_who_does_not_sell_has_no_such_page(company: Cast, signed_in: SignIn) -> None:
    page = signed_in(company.marketer).get(reverse("sales:voice"))
    assert page.status_code == (200 if company.marketer.access.can_view("sales") else 404)


def test_the_api_states_confirms_and_ends_needs(company: Cast, signed_in: SignIn) -> None:
    client, customer = signed_in(company.owner), CustomerFactory(owner=company.owner)
    made = client.post("/api/v1/needs/", {"customer": customer.pk, "title": "API"}, "application/json")
    assert (made.status_code, made.json()["status"]) == (201, "stated")
    url = f"/api/v1/needs/{made.json()['id']}/"
    assert client.post(f"{url}confirm/", {"version": 1}, "application/json").json()["status"] == "confirmed"
    assert client.post(f"{url}confirm/", {"version": 1}, "application/json").status_code in (400, 409)
    assert client.post(f"{url}address/", {"version": 2}, "application/json").status_code == 400
    ended = client.post(f"{url}decline/", {"version": 2, "reason": "No"}, "application/json").json()
    assert (ended["status"], ended["close_note"], ended["version"]) == ("declined", "No", 3)
    assert client.post(f"{url}reopen/", {"version": 3}, "application/json").json()["status"] == "confirmed"
    assert client.patch(url, {"status": "addressed", "version": 4}, "application/json").json()["status"] == "confirmed"
    other = OpportunityFactory(customer=CustomerFactory(owner=company.owner))
    assert client.patch(url, {"opportunity": other.pk, "version": 4}, "application/json").status_code == 400
    assert signed_in(company.outsider).post(f"{url}decline/", {"version": 4, "reason": "x"}).status_code == 404
