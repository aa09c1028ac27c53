"""People with different reach, and a directory list over customers to try the engine on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import ngettext_lazy

from crm_site.lib.text import search_text, sort_key
from crm_site.pages.lists import (
    BooleanFilter,
    ChoiceFilter,
    Column,
    DateRangeFilter,
    ListPage,
    NumberRangeFilter,
    OwnerFilter,
    RelatedFilter,
    Tab,
    TextFilter,
    Total,
)
from crm_site.staff.models import Role, Team, User
from customers.choices import Stage
from customers.models import Customer, CustomerMetrics, Tag


class Directory(ListPage[Customer]):
    """Every kind of column and filter."""

    code = "directory"
    title = "Directory"
    noun = ngettext_lazy("customer", "customers")
    model = Customer
    module = "customers"
    url_name = "customers:customer-list"
    columns = (
        Column(name="name", label="Name", kind="title", context="country", sort="sort_key"),
        Column(name="stage", label="Stage", path="get_stage_display", sort="stage", phone="detail"),
        Column(name="revenue", label="Revenue", kind="money", path="metrics.net_revenue", sort="metrics__net_revenue"),
        Column(name="created", label="Created", kind="moment", path="created_at", sort="created_at"),
        Column(name="owner", label="Owner", kind="person", phone="side", head=False),
    )
    filters = (
        OwnerFilter(),
        ChoiceFilter(name="stage", label="Stage", choices=Stage.choices, default=("new", "loyal")),
        BooleanFilter(name="active", label="Active owner", path="owner__is_active"),
        DateRangeFilter(name="created", label="Created", path="created_at", moments=True),
        DateRangeFilter(name="born", label="Born", path="birth_date"),
        NumberRangeFilter(name="revenue", label="Revenue", path="metrics__net_revenue", kind="money"),
        RelatedFilter(name="tag", label="Tag", path="tags", choices=lambda user: Tag.objects.values_list("pk", "name")),
        TextFilter(name="country", label="Country"),
    )
    default_sort = "name"
    select_related = ("owner", "metrics")
    totals = (Total(name="revenue", label="revenue", aggregate=Sum("metrics__net_revenue")),)
    tabs = (
        Tab(code="all", label="All", params={}),
        Tab(code="mine", label="Mine", params={"owner": "me"}),
    )
    page_size = 3


@pytest.fixture
def directory() -> Directory:
    """The list under test."""
    return Directory()


@pytest.fixture
def team(db: None) -> Team:
    """A team that everybody is in."""
    return Team.objects.create(name="East")


@pytest.fixture
def person(team: Team) -> Callable[..., User]:
    """A maker of users with one role."""

    def make(name: str, role: str, **extra: Any) -> User:
        user = User.objects.create_user(email=f"{name}@example.com", name=name, team=team)
        User.objects.filter(pk=user.pk).update(**extra)
        user.roles.add(Role.objects.get(code=role))
        return User.objects.get(pk=user.pk)

    return make


@pytest.fixture
def manager(person: Callable[..., User]) -> User:
    """Somebody who sees and changes everything."""
    return person("Mara", "manager")


@pytest.fixture
def rep(person: Callable[..., User]) -> User:
    """Somebody who sees their own records only."""
    return person("Rui", "rep")


@pytest.fixture
def agent(person: Callable[..., User]) -> User:
    """Somebody who sees all customers and may not export them."""
    return person("Aki", "agent")


@pytest.fixture
def customer(team: Team) -> Callable[..., Customer]:
    """A maker of customers; without `revenue` they have no figures row."""

    def make(name: str, *, revenue: str | None = None, created: dt.datetime | None = None, **extra: Any) -> Customer:
        values: dict[str, Any] = {"stage": "new", "team": team, **extra}
        made = Customer.objects.create(name=name, sort_key=sort_key(name), search_text=search_text([name]), **values)
        if created is not None:
            Customer.objects.filter(pk=made.pk).update(created_at=created)
        if revenue is not None:
            CustomerMetrics.objects.create(customer=made, net_revenue=Decimal(revenue))
        return Customer.objects.get(pk=made.pk)

    return make


@pytest.fixture
def crowd(customer: Callable[..., Customer], rep: User) -> list[Customer]:
    """Eleven customers with ties in every column and three without figures; four belong to the rep."""
    start = timezone.now() - dt.timedelta(days=20)
    return [
        customer(
            ["Ada", "ada", "Bo", "王伟国"][at % 4],
            stage=["new", "loyal", "new"][at % 3],
            revenue=[None, "10.50", "10.50", "0", "7.25"][at % 5] if at < 10 else None,
            created=start + dt.timedelta(days=at // 2),
            owner=rep if at < 4 else None,
            country=["China", "Germany"][at % 2],
        )
        for at in range(11)
    ]
