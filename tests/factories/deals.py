"""Factories of pipelines, reasons, competitors, exchange rates and opportunities."""

import datetime as dt

import factory
from django.utils import timezone

from crm_site.lib.text import search_text, sort_key
from sales.constants import NEED_CATEGORIES, PIPELINE, REASONS
from sales.models import (
    Competitor,
    ContactRole,
    ExchangeRate,
    LeadPolicy,
    NeedCategory,
    Opportunity,
    OpportunityChange,
    OpportunityLine,
    Pipeline,
    Reason,
    Stage,
)
from tests.factories.records import CustomerFactory, ProductFactory


class PipelineFactory(factory.django.DjangoModelFactory):
    """A further pipeline."""

    class Meta:
        model = Pipeline

    name = factory.Sequence(lambda number: f"Pipeline {number}")
    position = factory.Sequence(lambda number: number + 10)


class StageFactory(factory.django.DjangoModelFactory):
    """A stage of a pipeline of its own."""

    class Meta:
        model = Stage

    pipeline = factory.SubFactory(PipelineFactory)
    name = factory.Sequence(lambda number: f"Stage {number}")
    position = factory.Sequence(lambda number: number + 1)
    probability = 20


class ReasonFactory(factory.django.DjangoModelFactory):
    """Why a deal was lost."""

    class Meta:
        model = Reason

    kind = "lost"
    name = factory.Sequence(lambda number: f"Reason {number}")


class CompetitorFactory(factory.django.DjangoModelFactory):
    """A competitor."""

    class Meta:
        model = Competitor

    name = factory.Sequence(lambda number: f"Competitor {number}")


class ExchangeRateFactory(factory.django.DjangoModelFactory):
    """What a dollar was worth."""

    class Meta:
        model = ExchangeRate

    currency = "USD"
    day = factory.Sequence(lambda number: dt.date(2020, 1, 1) + dt.timedelta(days=number))
    rate = "0.9"


class OpportunityFactory(factory.django.DjangoModelFactory):
    """A deal of a thousand in the first stage, with its customer's owner and team."""

    class Meta:
        model = Opportunity

    number = factory.Sequence(lambda number: f"D-{number:06d}")
    name = factory.Sequence(lambda number: f"Deal {number}")
    customer = factory.SubFactory(CustomerFactory)
    stage = factory.LazyFunction(lambda: Stage.objects.filter(pipeline__is_default=True).order_by("position")[0])
    pipeline = factory.LazyAttribute(lambda one: one.stage.pipeline)
    amount = 1000
    base_amount = factory.LazyAttribute(lambda one: one.amount)
    currency = "EUR"
    probability = factory.LazyAttribute(lambda one: one.stage.probability)
    category = factory.LazyAttribute(lambda one: one.stage.category)
    expected_close = factory.LazyFunction(lambda: timezone.localdate() + dt.timedelta(days=20))
    owner = factory.LazyAttribute(lambda one: one.customer.owner if one.customer else None)
    team = factory.LazyAttribute(lambda one: one.owner.team if one.owner else None)
    search_text = factory.LazyAttribute(lambda one: search_text([one.name, one.number]))
    sort_key = factory.LazyAttribute(lambda one: sort_key(one.name))


class OpportunityLineFactory(factory.django.DjangoModelFactory):
    """Ten pieces for ten."""

    class Meta:
        model = OpportunityLine

    opportunity = factory.SubFactory(OpportunityFactory)
    product = factory.SubFactory(ProductFactory)
    quantity = 10
    unit_price = 10


class ContactRoleFactory(factory.django.DjangoModelFactory):
    """Somebody who decides."""

    class Meta:
        model = ContactRole

    opportunity = factory.SubFactory(OpportunityFactory)
    person = factory.SubFactory(CustomerFactory)
    role = "decision_maker"


class OpportunityChangeFactory(factory.django.DjangoModelFactory):
    """A line of the ledger, as the database writes it."""

    class Meta:
        model = OpportunityChange

    opportunity = factory.SubFactory(OpportunityFactory)
    kind = "moved"
    at = factory.LazyFunction(timezone.now)
    owner = factory.LazyAttribute(lambda one: one.opportunity.owner)
    team = factory.LazyAttribute(lambda one: one.opportunity.team)
    pipeline = factory.LazyAttribute(lambda one: one.opportunity.pipeline)
    stage = factory.LazyAttribute(lambda one: one.opportunity.stage)


def seed_selling() -> Pipeline:
    """Return the first pipeline; what a new company has, and emptied tables have taken along, is made again."""
    name, name_zh, stages = PIPELINE
    pipeline, made = Pipeline.objects.get_or_create(
        is_default=True, defaults={"name": name, "name_zh": name_zh, "position": 1}
    )
    if made:
        for position, (english, chinese, probability, rot_days, category, required) in enumerate(stages, 1):
            Stage.objects.create(
                pipeline=pipeline, name=english, name_zh=chinese, position=position, probability=probability,
                rot_days=rot_days, category=category, required=list(required),
            )  # fmt: skip
    if not Reason.objects.exists():
        for kind, english, chinese in REASONS:
            Reason.objects.create(kind=kind, name=english, name_zh=chinese)
    LeadPolicy.objects.get_or_create()
    if not NeedCategory.objects.exists():
        for place, (english, chinese) in enumerate(NEED_CATEGORIES, 1):
            NeedCategory.objects.create(name=english, name_zh=chinese, position=place)
    return pipeline
