"""The public pool: claims within limits, giving back, and taking back what is left alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from crm_site.assignment.assigning import sweep_kind
from crm_site.assignment.models import AssignmentLog
from crm_site.assignment.services import create_rule
from crm_site.events.delivering import deliver_pending
from crm_site.staff.models import User
from sales.models import Lead, LeadPolicy
from sales.services.leads import (
    ClaimLimitError,
    ClaimLostError,
    claim_lead,
    create_lead,
    release_lead,
    return_silent_leads,
)
from tests.conftest import Cast
from tests.factories.leads import LeadFactory
from tests.factories.records import CustomerFactory

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]


def test_a_claim_takes_the_lead_and_a_customer_that_nobody_has(cast: Cast) -> None:
    lead = LeadFactory()
    claim_lead(lead, cast.owner)
    lead.refresh_from_db()
    assert (lead.owner, lead.team, lead.pooled_at) == (cast.owner, cast.owner.team, None)
    assert lead.returns_at is not None
    assert lead.customer.owner_id in (None, cast.owner.pk)
    lead.customer.refresh_from_db()
    assert lead.customer.owner == cast.owner
    line = AssignmentLog.objects.get()
    assert (line.kind, line.record_id, line.user, line.reason) == ("lead", lead.pk, cast.owner, "claimed")


def test_what_somebody_has_cannot_be_claimed(cast: Cast) -> None:
    lead = LeadFactory(owner=cast.owner)
    with pytest.raises(ClaimLostError):
        claim_lead(lead, cast.teammate)
    lead.refresh_from_db()
    assert lead.owner == cast.owner


def test_a_customer_of_somebody_stays_theirs(cast: Cast) -> None:
    lead = LeadFactory(customer=CustomerFactory(owner=cast.outsider))
    claim_lead(lead, cast.owner)
    lead.customer.refresh_from_db()
    assert lead.customer.owner == cast.outsider


def test_claims_of_a_day_and_leads_at_a_time_are_limited(cast: Cast) -> None:
    LeadPolicy.objects.update(daily_claims=1)
    first, second = LeadFactory(), LeadFactory()
    claim_lead(first, cast.owner)
    with pytest.raises(ClaimLimitError) as refused:
        claim_lead(second, cast.owner)
    assert (refused.value.limit, refused.value.a_day) == (1, True)
    LeadPolicy.objects.update(daily_claims=None, holdings=1)
    with pytest.raises(ClaimLimitError) as refused:
        claim_lead(second, cast.owner)
    assert (refused.value.limit, refused.value.a_day) == (1, False)
    claim_lead(second, cast.teammate)
    AssignmentLog.objects.update(at=timezone.now() - dt.timedelta(days=2))
    LeadPolicy.objects.update(daily_claims=1, holdings=None)
    claim_lead(LeadFactory(), cast.owner)


def test_a_lead_is_given_back(cast: Cast) -> None:
    lead = LeadFactory(owner=cast.owner)
    release_lead(lead, lead.version, cast.owner)
    assert list(Lead.objects.pooled()) == [lead]
    assert AssignmentLog.objects.get().reason == "released"


def test_a_lead_left_alone_goes_back_by_its_grade(cast: Cast) -> None:
    LeadPolicy.objects.update(hot_days=1, cold_days=10)
    now = timezone.now()
    customer = CustomerFactory(owner=cast.owner)
    cold = create_lead({"customer": customer, "owner": cast.owner}, cast.owner)
    assert cold.returns_at is not None
    assert abs((cold.returns_at - now).days - 10) <= 1
    Lead.objects.filter(pk=cold.pk).update(returns_at=now - dt.timedelta(minutes=1))
    assert return_silent_leads(now) == 1
    cold.refresh_from_db()
    assert (cold.owner, cold.is_live) == (None, True)
    assert AssignmentLog.objects.get().former == cast.owner
    assert return_silent_leads(now) == 0


def test_everybody_who_sells_sees_the_pool_and_claims_from_it(cast: Cast, signed_in: SignIn) -> None:
    lead, foreign = LeadFactory(), LeadFactory(owner=cast.outsider)
    client = signed_in(cast.owner)
    page = client.get("/sales/leads/pool/").content.decode()
    assert lead.customer.name in page
    assert foreign.customer.name not in page
    assert client.get(f"/sales/leads/{lead.pk}/").status_code == 200
    assert client.get(f"/sales/leads/{foreign.pk}/").status_code == 404
    assert client.post(f"/sales/leads/{foreign.pk}/claim/").status_code == 404
    assert client.post(f"/sales/leads/{lead.pk}/claim/").status_code == 302
    lead.refresh_from_db()
    assert lead.owner == cast.owner


def test_rules_of_assignment_give_new_leads_to_people(cast: Cast) -> None:
    create_rule("lead", {"name": "All", "method": "round_robin", "team": None}, {cast.owner.pk: 1})
    lead = create_lead({"customer": CustomerFactory()}, None)
    deliver_pending()
    lead.refresh_from_db()
    assert lead.owner == cast.owner
    assert AssignmentLog.objects.get().reason == "chosen"


def test_what_was_given_back_stays_in_the_pool_for_whoever_claims_it(cast: Cast) -> None:
    create_rule("lead", {"name": "All", "method": "round_robin", "team": None}, {cast.owner.pk: 1})
    fresh, back = LeadFactory(), LeadFactory(owner=cast.owner)
    release_lead(back, back.version, cast.owner)
    sweep_kind("lead")
    assert list(Lead.objects.pooled()) == [back]
    fresh.refresh_from_db()
    assert fresh.owner == cast.owner
