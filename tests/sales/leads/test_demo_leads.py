"""The demo company's leads: some became deals, some came to nothing, some wait now."""

from __future__ import annotations

import pytest
from django.db.models import F

from customers.models import Activity
from sales.choices import LeadStatus
from sales.models import Lead, ScoreRule
from sales.services.leads.deadlines import business_seconds
from tests.demo_company import company  # noqa: F401, a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]


def test_leads_went_every_way() -> None:
    assert {status: Lead.objects.filter(status=status).exists() for status in LeadStatus} == dict.fromkeys(
        LeadStatus, True
    )
    converted = Lead.objects.filter(status=LeadStatus.CONVERTED)
    assert not converted.filter(opportunity=None).exists()
    assert not converted.exclude(customer=F("opportunity__customer")).exists()
    assert not converted.filter(received_at__gt=F("opportunity__opened_at")).exists()
    assert not Lead.objects.filter(status=LeadStatus.DISQUALIFIED, reason=None).exists()
    assert Lead.objects.waiting().exists()


def test_the_clock_of_the_first_answer_is_business_time() -> None:
    for lead in Lead.objects.exclude(first_response_at=None)[:20]:
        assert lead.first_response_at is not None
        assert lead.response_seconds == business_seconds(lead.received_at, lead.first_response_at)


def test_every_enquiry_stands_on_the_timeline_and_rules_score_it() -> None:
    assert Activity.objects.filter(verb="lead.received").count() == Lead.objects.count() > 50
    assert ScoreRule.objects.in_force().count() == 3
