"""A list as a calendar: months and weeks, days in the right zone, counts that stop, and what it costs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from crm_site.pages.lists.calendars import CalendarView, Day
from crm_site.pages.lists.presentation import Listing
from crm_site.staff.models import User
from sales.lists import order_list
from tests.conftest import Cast
from tests.factories.records import CustomerFactory, OrderFactory

SignIn = Callable[[User], Client]


def calendar(user: User, on: str, **params: Any) -> CalendarView:
    """Return the calendar of orders."""
    found = Listing(order_list, user, order_list.state({"as": "calendar", "on": on, **params})).calendar
    assert found is not None
    return found


def days(user: User, on: str, **params: Any) -> dict[str, Day]:
    """Return the days shown, by date."""
    return {day.day.isoformat(): day for week in calendar(user, on, **params).weeks for day in week}


def at(text: str) -> dt.datetime:
    """Return a moment in UTC."""
    return dt.datetime.fromisoformat(f"{text}+00:00")


def test_a_month_is_full_weeks_from_monday(cast: Cast) -> None:
    shown = days(cast.manager, "2026-02")
    assert (min(shown), max(shown), len(shown)) == ("2026-01-26", "2026-03-01", 35)
    assert [day for day, one in shown.items() if not one.inside][-1] == "2026-03-01"
    assert calendar(cast.manager, "2026-02").title == "February 2026"
    assert len(days(cast.manager, "2026-W07")) == 7
    assert min(days(cast.manager, "2026-W07")) == "2026-02-09"


def test_chinese_weeks_and_months_are_chinese(cast: Cast) -> None:
    with translation.override("zh-hans"):
        view = calendar(cast.manager, "2026-02")
        assert view.title == "2026年2月"
        assert len(view.day_names) == 7


def test_orders_stand_on_their_day_and_lead_to_exactly_its_rows(cast: Cast, settings: Any) -> None:
    settings.ORGANISATION_TIME_ZONE = "Asia/Shanghai"
    customer = CustomerFactory(owner=cast.owner)
    late = OrderFactory(customer=customer, ordered_at=at("2026-02-10T16:30"))  # the 11th in Shanghai
    for hour in range(6):
        OrderFactory(customer=customer, ordered_at=at(f"2026-02-12T0{hour}:00"))
    shown = days(cast.owner, "2026-02")
    assert (shown["2026-02-10"].count, shown["2026-02-11"].count) == (0, 1)
    assert shown["2026-02-11"].entries[0].record == late
    full = shown["2026-02-12"]
    assert (full.count, len(full.entries), full.hidden) == (6, 4, 2)
    state = order_list.state(dict(pair.split("=") for pair in full.url.partition("?")[2].split("&")))
    assert order_list.figures(cast.owner, state).count == 6
    assert days(cast.outsider, "2026-02")["2026-02-12"].count == 0


def test_filters_and_search_count_too(cast: Cast) -> None:
    OrderFactory(number="T-77", ordered_at=at("2026-02-12T08:00"))
    OrderFactory(status="cancelled", ordered_at=at("2026-02-12T08:00"))
    assert days(cast.manager, "2026-02")["2026-02-12"].count == 2
    assert days(cast.manager, "2026-02", q="T-77")["2026-02-12"].count == 1
    assert days(cast.manager, "2026-02", status="cancelled")["2026-02-12"].count == 1


def test_counting_a_day_stops_at_a_hundred(cast: Cast) -> None:
    customer = CustomerFactory()
    OrderFactory.create_batch(105, customer=customer, ordered_at=at("2026-02-12T08:00"))
    assert days(cast.manager, "2026-02")["2026-02-12"].count_words == "99+"


@pytest.mark.parametrize(
    "on",
    ["", "x", "2026-13", "2026-00", "0000-01", "9999-12", "1900-01", "2026-W99", "2026-W00", "9999-W53", "0001-W01"],
)
def test_any_period_opens(on: str, cast: Cast, signed_in: SignIn) -> None:
    assert signed_in(cast.owner).get("/sales/orders/", {"as": "calendar", "on": on}).status_code == 200


def test_the_neighbours_lead_on_and_back(cast: Cast) -> None:
    month, week = calendar(cast.manager, "2026-12"), calendar(cast.manager, "2026-W53")
    assert "on=2027-01" in month.next_url
    assert "on=2026-11" in month.previous_url
    assert "on=2027-W01" in week.next_url
    assert "on=2026-W52" in week.previous_url


@pytest.mark.parametrize("who", ["owner", "manager"])
def test_a_calendar_costs_the_same_for_any_number_of_rows(
    who: str, cast: Cast, signed_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    customer, address = CustomerFactory(owner=cast.owner), "/sales/orders/?as=calendar&on=2026-02"
    client = signed_in(getattr(cast, who))
    client.get(address)
    OrderFactory(customer=customer, ordered_at=at("2026-02-12T08:00"))
    with django_assert_max_num_queries(12) as few:
        client.get(address)
    for day in range(1, 28):
        OrderFactory(customer=customer, ordered_at=at(f"2026-02-{day:02}T08:00"))
    with django_assert_max_num_queries(12) as many:
        client.get(address)
    assert len(few) == len(many)
