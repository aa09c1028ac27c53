"""Sixteen people at once: a lead is claimed once, limits hold, and one lead becomes one deal."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connections

from crm_site.assignment.models import AssignmentLog
from crm_site.staff.models import Role, RoleGrant, User
from crm_site.staff.versioning import StaleVersionError
from customers.models import Customer
from sales.models import Lead, LeadPolicy, Opportunity
from sales.services.leads import (
    Captured,
    ClaimLimitError,
    ClaimLostError,
    Conversion,
    Enquirer,
    capture_lead,
    claim_lead,
    convert_lead,
)
from tests.factories.deals import seed_selling
from tests.factories.leads import LeadFactory
from tests.factories.records import CustomerFactory
from tests.factories.staff import UserFactory

THREADS = 16

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(work: Callable[[int], Any]) -> list[Any]:
    """Do the work in threads that start together; return what each returned or raised."""
    start, found = threading.Barrier(THREADS), []

    def run(number: int) -> None:
        try:
            start.wait()
            found.append(work(number))
        except (ClaimLostError, ClaimLimitError, StaleVersionError) as error:
            found.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == THREADS
    return found


def claimed_by(lead: Lead, people: list[User], number: int) -> Lead:
    """Have one of the people claim a lead."""
    return claim_lead(lead, people[number])


@pytest.fixture
def people() -> list[User]:
    """Sixteen people who may sell."""
    role = Role.objects.create(code="racing", name="Racing")
    for module in ("sales", "customers"):
        RoleGrant.objects.create(role=role, module=module, view="all", edit="all")
    made: list[User] = [UserFactory(role="racing") for _each in range(THREADS)]
    return made


def test_of_many_who_claim_a_lead_exactly_one_gets_it(people: list[User]) -> None:
    leads = [LeadFactory() for _each in range(8)]
    for lead in leads:
        found = at_once(partial(claimed_by, lead, people))
        assert sum(isinstance(one, Lead) for one in found) == 1
        assert sum(isinstance(one, ClaimLostError) for one in found) == THREADS - 1
    assert AssignmentLog.objects.filter(reason="claimed").count() == len(leads)
    assert {line.record_id: line.user_id for line in AssignmentLog.objects.all()} == dict(
        Lead.objects.values_list("pk", "owner_id")
    )


def test_nobody_claims_more_than_a_day_allows(people: list[User]) -> None:
    LeadPolicy.objects.update_or_create(defaults={"daily_claims": 5, "holdings": None})
    leads = [LeadFactory() for _each in range(THREADS)]
    found = at_once(lambda number: claim_lead(leads[number], people[0]))
    assert sum(isinstance(one, Lead) for one in found) == 5
    assert Lead.objects.filter(owner=people[0]).count() == 5


def test_a_lead_converted_by_many_is_one_deal(people: list[User]) -> None:
    seed_selling()
    lead = LeadFactory(customer=CustomerFactory(), owner=people[0])
    found = at_once(lambda number: convert_lead(lead, 1, Conversion(organisation_name="Acme"), people[number]))
    assert Opportunity.objects.count() == 1
    assert {one.pk for one in found} == {Opportunity.objects.get().pk}
    assert Customer.objects.filter(kind="organisation").count() == 1


def test_the_same_unknown_person_is_made_once(people: list[User]) -> None:
    asks = Enquirer(name="Ada", email="ada@acme.example")
    at_once(lambda _number: capture_lead(Captured(asks), None))
    assert Lead.objects.count() == THREADS
    assert Customer.objects.count() == 1
