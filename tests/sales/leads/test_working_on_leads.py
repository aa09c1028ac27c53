"""Working on a lead: the clock of the first answer, giving up and taking up, merging, converting."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.utils import timezone

from crm_site.lib.days import organisation_today
from crm_site.staff.versioning import StaleVersionError
from customers.models import Activity, Customer
from customers.services import log_interaction
from sales.choices import LeadStatus
from sales.models import Lead, Opportunity, OpportunityChange, Reason
from sales.services.leads import (
    Conversion,
    change_lead,
    change_leads,
    convert_lead,
    disqualify_lead,
    merge_leads,
    revive_due_leads,
    revive_lead,
)
from tests.conftest import Cast
from tests.factories.leads import LeadFactory
from tests.factories.records import ActivityFactory, CustomerFactory

pytestmark = pytest.mark.django_db

# A Wednesday; business hours are Monday to Friday, nine to six.
RECEIVED = dt.datetime(2026, 6, 10, 8, tzinfo=dt.UTC)


def reason() -> Reason:
    """Return a reason for giving up."""
    return Reason.objects.filter(kind="disqualified").order_by("pk")[0]


def call(lead: Lead, cast: Cast, **facts: object) -> None:
    """Write down a call with who asks."""
    log_interaction(lead.customer, "call", {"outcome": "reached", **facts}, cast.owner)
    lead.refresh_from_db()


def test_the_first_answer_stops_the_clock_once(cast: Cast) -> None:
    lead = LeadFactory(owner=cast.owner, received_at=timezone.now() - dt.timedelta(days=7))
    call(lead, cast, direction="out")
    first, seconds = lead.first_response_at, lead.response_seconds
    assert first is not None
    assert seconds is not None
    assert 0 < seconds < 7 * 86_400, "nights and weekends do not count"
    assert lead.status == LeadStatus.CONTACTED
    call(lead, cast, direction="out")
    assert (lead.first_response_at, lead.response_seconds) == (first, seconds)


def test_what_came_in_is_no_answer(cast: Cast) -> None:
    lead = LeadFactory(owner=cast.owner)
    call(lead, cast, direction="in")
    assert (lead.first_response_at, lead.status) == (None, LeadStatus.NEW)


def test_a_talk_before_the_enquiry_is_no_answer_to_it(cast: Cast) -> None:
    lead = LeadFactory(owner=cast.owner, received_at=timezone.now() - dt.timedelta(hours=1))
    call(lead, cast, direction="out", occurred_at=timezone.now() - dt.timedelta(hours=2))
    assert lead.first_response_at is None


def test_a_lead_is_given_up_with_a_reason_and_taken_up_again(cast: Cast) -> None:
    lead = LeadFactory(owner=cast.owner)
    day = organisation_today() + dt.timedelta(days=30)
    disqualify_lead(lead, lead.version, reason(), cast.owner, note="Next year", revive_on=day)
    lead.refresh_from_db()
    assert (lead.status, lead.revive_on, lead.returns_at) == (LeadStatus.DISQUALIFIED, day, None)
    assert revive_due_leads(day - dt.timedelta(days=1)) == 0
    assert revive_due_leads(day) == 1
    lead.refresh_from_db()
    assert (lead.status, lead.reason, lead.closed_at, lead.revive_on) == (LeadStatus.NEW, None, None, None)
    assert revive_due_leads(day) == 0


def test_giving_up_wants_a_reason_of_its_kind_and_a_day_to_come(cast: Cast) -> None:
    lead = LeadFactory(owner=cast.owner)
    won = Reason.objects.filter(kind="won")[0]
    with pytest.raises(ValidationError) as refused:
        disqualify_lead(lead, lead.version, won, cast.owner)
    assert "reason" in refused.value.message_dict
    with pytest.raises(ValidationError) as refused:
        disqualify_lead(lead, lead.version, reason(), cast.owner, revive_on=organisation_today())
    assert "revive_on" in refused.value.message_dict
    lead.refresh_from_db()
    assert (lead.status, lead.version) == (LeadStatus.NEW, 1)


def test_only_what_was_given_up_is_taken_up(cast: Cast) -> None:
    lead = LeadFactory(owner=cast.owner)
    with pytest.raises(ValidationError):
        revive_lead(lead, lead.version, cast.owner)


def test_a_change_neither_ends_nor_converts(cast: Cast) -> None:
    lead = LeadFactory(owner=cast.owner)
    for facts in ({"status": "converted"}, {"status": "disqualified"}, {"closed_at": timezone.now()}):
        with pytest.raises(ValidationError):
            change_lead(lead, lead.version, facts, cast.owner)
    change_lead(lead, 1, {"status": "qualified", "source": "Fair"}, cast.owner)
    with pytest.raises(StaleVersionError):
        change_lead(lead, 1, {"source": "Ad"}, cast.owner)
    lead.refresh_from_db()
    assert (lead.status, lead.source, lead.version) == ("qualified", "Fair", 2)


def test_many_leads_change_at_once_and_ended_ones_stay(cast: Cast) -> None:
    live, ended = LeadFactory(owner=cast.owner), LeadFactory(owner=cast.owner)
    disqualify_lead(ended, 1, reason(), cast.owner)
    assert change_leads(Lead.objects.all(), {"owner": cast.teammate}, cast.lead) == 1
    live.refresh_from_db()
    ended.refresh_from_db()
    assert (live.owner, live.team, live.version) == (cast.teammate, cast.teammate.team, 2)
    assert ended.owner == cast.owner


def test_leads_of_one_customer_are_merged_with_what_was_said(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.owner)
    old = LeadFactory(customer=customer, owner=cast.owner, received_at=RECEIVED, source="Fair", message="Old")
    new = LeadFactory(customer=customer, owner=cast.owner, message="New")
    note = ActivityFactory(customer=customer, subject_kind="lead", subject_id=old.pk)
    merge_leads(new, [old], cast.owner)
    old.refresh_from_db()
    note.refresh_from_db()
    assert (new.received_at, new.source, new.message, new.version) == (RECEIVED, "Fair", "New", 2)
    assert (old.status, old.merged_into, old.is_live) == (LeadStatus.DISQUALIFIED, new, False)
    assert note.subject_id == new.pk
    with pytest.raises(ValidationError):
        revive_lead(old, old.version, cast.owner)


def test_leads_of_different_customers_are_not_merged(cast: Cast) -> None:
    one, other = LeadFactory(owner=cast.owner), LeadFactory(owner=cast.owner)
    with pytest.raises(ValidationError):
        merge_leads(one, [other], cast.owner)
    other.refresh_from_db()
    assert other.status == LeadStatus.NEW


def test_a_lead_becomes_a_deal_of_the_organisation_with_the_person_as_contact(cast: Cast) -> None:
    person = CustomerFactory(owner=cast.owner, name="Ada")
    lead = LeadFactory(customer=person, owner=cast.owner, title="Pumps", source="Fair", message="How much?")
    deal = convert_lead(
        lead, lead.version, Conversion({"amount": Decimal(500)}, organisation_name=" Acme  GmbH "), cast.owner
    )
    person.refresh_from_db()
    assert person.organisation is not None
    assert (person.organisation.name, person.organisation.kind) == ("Acme GmbH", "organisation")
    assert (deal.name, deal.customer, deal.source, deal.amount) == ("Pumps", person.organisation, "Fair", Decimal(500))
    assert [(one.person, one.is_primary) for one in deal.contact_roles.all()] == [(person, True)]
    assert (lead.status, lead.opportunity) == (LeadStatus.CONVERTED, deal)
    assert OpportunityChange.objects.aggregate(sum=Sum("delta"))["sum"] == Decimal(500)
    assert Activity.objects.filter(verb="lead.converted", customer=person).count() == 1


def test_an_organisation_of_that_name_is_reused(cast: Cast) -> None:
    known = CustomerFactory(kind="organisation", name="Acme GmbH", owner=cast.owner)
    lead = LeadFactory(customer=CustomerFactory(owner=cast.owner), owner=cast.owner)
    deal = convert_lead(lead, 1, Conversion(organisation_name="acme gmbh"), cast.owner)
    assert deal.customer == known
    assert Customer.objects.filter(kind="organisation").count() == 1


def test_without_an_organisation_the_deal_is_the_persons_own(cast: Cast) -> None:
    lead = LeadFactory(customer=CustomerFactory(owner=cast.owner), owner=cast.owner)
    deal = convert_lead(lead, 1, Conversion(), cast.owner)
    assert deal.customer == lead.customer
    assert not deal.contact_roles.exists()


def test_converting_again_gives_the_same_deal(cast: Cast) -> None:
    lead = LeadFactory(customer=CustomerFactory(owner=cast.owner), owner=cast.owner)
    first = convert_lead(lead, 1, Conversion(), cast.owner)
    assert convert_lead(lead, 1, Conversion(), cast.owner) == first
    assert Opportunity.objects.count() == 1
