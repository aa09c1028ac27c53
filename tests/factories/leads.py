"""Factories of leads, their handling and their scoring."""

from typing import Any

import factory
from django.utils import timezone

from crm_site.lib.text import search_text, sort_key
from sales.models import Lead, LeadPolicy, LearnedLeadScore, ScoreRule
from tests.factories.records import CustomerFactory


class LeadFactory(factory.django.DjangoModelFactory):
    """A new enquiry; its team is its owner's, and without an owner it waits in the pool."""

    class Meta:
        model = Lead

    number = factory.Sequence(lambda number: f"LD-{number:06d}")
    title = factory.Sequence(lambda number: f"Enquiry {number}")
    customer = factory.SubFactory(CustomerFactory)
    owner: Any = None
    team = factory.LazyAttribute(lambda one: one.owner.team if one.owner else None)
    pooled_at = factory.LazyAttribute(lambda one: None if one.owner else timezone.now())
    search_text = factory.LazyAttribute(lambda one: search_text([one.number, one.title, one.customer.name]))
    sort_key = factory.LazyAttribute(lambda one: sort_key(one.customer.name))


class LeadPolicyFactory(factory.django.DjangoModelFactory):
    """Another handling of leads."""

    class Meta:
        model = LeadPolicy


class ScoreRuleFactory(factory.django.DjangoModelFactory):
    """Ten points for everybody who says something."""

    class Meta:
        model = ScoreRule

    name = factory.Sequence(lambda number: f"Rule {number}")
    condition = factory.LazyFunction(lambda: {"version": 1, "root": {"all": [{"field": "message", "op": "filled"}]}})
    points = 10


class LearnedLeadScoreFactory(factory.django.DjangoModelFactory):
    """An even chance, for no reason."""

    class Meta:
        model = LearnedLeadScore

    lead = factory.SubFactory(LeadFactory)
    chance = 0.5
    computed_at = factory.LazyFunction(timezone.now)
