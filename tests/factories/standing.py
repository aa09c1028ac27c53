"""Factories of segments and of the lifecycle."""

from typing import Any

import factory
from django.utils import timezone

from customers.models import (
    Classification,
    ClassMember,
    CustomerClass,
    LifecycleRule,
    Segment,
    SegmentMember,
    SegmentMove,
    SegmentPick,
    SegmentState,
    StageMove,
    StageOverride,
)
from tests.factories.records import CustomerFactory


class SegmentFactory(factory.django.DjangoModelFactory):
    """A segment picked by hand, complete; give `rule` for one that follows a rule."""

    class Meta:
        model = Segment

    name = factory.Sequence(lambda number: f"Segment {number}")
    kind = factory.LazyAttribute(lambda one: "dynamic" if one.rule else "static")
    rule: Any = None

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        segment = super()._create(model_class, *args, **kwargs)
        SegmentState.objects.create(segment=segment, filled_at=timezone.now())
        return segment


class SegmentPickFactory(factory.django.DjangoModelFactory):
    """One picked customer."""

    class Meta:
        model = SegmentPick

    segment = factory.SubFactory(SegmentFactory)
    customer = factory.SubFactory(CustomerFactory)


class SegmentMemberFactory(factory.django.DjangoModelFactory):
    """One member."""

    class Meta:
        model = SegmentMember

    segment = factory.SubFactory(SegmentFactory)
    customer = factory.SubFactory(CustomerFactory)
    since = factory.LazyFunction(timezone.now)


class SegmentMoveFactory(factory.django.DjangoModelFactory):
    """Somebody who entered."""

    class Meta:
        model = SegmentMove

    segment = factory.SubFactory(SegmentFactory)
    customer = factory.SubFactory(CustomerFactory)
    entered = True
    moved_at = factory.LazyFunction(timezone.now)


class LifecycleRuleFactory(factory.django.DjangoModelFactory):
    """A rule of former days."""

    class Meta:
        model = LifecycleRule

    stage = "loyal"
    rule = factory.LazyFunction(lambda: {"version": 1, "root": {"all": [{"field": "tags", "op": "filled"}]}})
    position = 2
    retired_at = factory.LazyFunction(timezone.now)


class StageOverrideFactory(factory.django.DjangoModelFactory):
    """A decision."""

    class Meta:
        model = StageOverride

    customer = factory.SubFactory(CustomerFactory)
    stage = "loyal"
    reason = "A friend of the house"


class StageMoveFactory(factory.django.DjangoModelFactory):
    """A first order."""

    class Meta:
        model = StageMove

    customer = factory.SubFactory(CustomerFactory)
    before = "prospect"
    after = "new"
    cause = "rule"
    moved_at = factory.LazyFunction(timezone.now)


class ClassificationFactory(factory.django.DjangoModelFactory):
    """A classification of one's own."""

    class Meta:
        model = Classification

    code = factory.Sequence(lambda number: f"classification-{number}")
    name = factory.Sequence(lambda number: f"Classification {number}")
    position = 9


class CustomerClassFactory(factory.django.DjangoModelFactory):
    """A class of everybody with a tag."""

    class Meta:
        model = CustomerClass

    classification = factory.SubFactory(ClassificationFactory)
    name = factory.Sequence(lambda number: f"Class {number}")
    rule = factory.LazyFunction(lambda: {"version": 1, "root": {"all": [{"field": "tags", "op": "filled"}]}})


class ClassMemberFactory(factory.django.DjangoModelFactory):
    """Somebody in a class."""

    class Meta:
        model = ClassMember

    customer = factory.SubFactory(CustomerFactory)
    customer_class = factory.SubFactory(CustomerClassFactory)
    classification = factory.SelfAttribute("customer_class.classification")
    since = factory.LazyFunction(timezone.now)
