"""A kind of record that is assigned: customers without an owner."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

import pytest
from django.db.models import Count

from crm_site.assignment.kinds import AssignmentKind, Handover, register_kind, unregister_kind
from customers.models import Customer

KIND = "ticklet"
# What the test's kind was told to answer by, by record; and which records it calls overdue.
PROMISED: dict[int, dt.datetime | None] = {}
OVERDUE: dict[int, int] = {}


def give(handover: Handover) -> bool:
    """Hand a customer over, if it still is whose it was."""
    rows = Customer.objects.filter(pk=handover.record_id, owner_id=handover.former_id)
    given = rows.update(owner=handover.user, team_id=handover.user.team_id)
    if given:
        PROMISED[handover.record_id] = handover.respond_by
    return bool(given)


def open_counts(users: Sequence[int]) -> Mapping[int, int]:
    """Count the customers of people."""
    found = Customer.objects.filter(owner__in=users).order_by().values_list("owner").annotate(Count("pk"))
    return dict(found)


def waiting(limit: int) -> list[int]:
    """Return the customers that nobody has."""
    return list(Customer.objects.filter(owner=None).order_by("pk").values_list("pk", flat=True)[:limit])


def owners_of(keys: Sequence[int]) -> Mapping[int, int | None]:
    """Return whose customers are."""
    return dict(Customer.objects.filter(pk__in=keys).values_list("pk", "owner"))


def overdue(now: dt.datetime, limit: int) -> Mapping[int, int]:
    """Return what the test called overdue."""
    return OVERDUE


TICKLET = AssignmentKind(
    code=KIND,
    label="Ticklets",
    subject="customer",
    module="customers",
    give=give,
    open_counts=open_counts,
    waiting=waiting,
    overdue=overdue,
    owners=owners_of,
    record_url=lambda key: f"/customers/{key}/",
)


@pytest.fixture
def ticklets() -> Iterator[AssignmentKind]:
    """Let customers be assigned for the length of a test."""
    PROMISED.clear()
    OVERDUE.clear()
    register_kind(TICKLET)
    yield TICKLET
    unregister_kind(KIND)
