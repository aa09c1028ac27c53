"""Factories of targets, adjustments, snapshots and Monday mails."""

import datetime as dt

import factory

from sales.models import ForecastAdjustment, ForecastSnapshot, MondayMail, SalesTarget
from tests.factories.staff import UserFactory


class SalesTargetFactory(factory.django.DjangoModelFactory):
    """A thousand to be won by somebody in January."""

    class Meta:
        model = SalesTarget

    month = dt.date(2026, 1, 1)
    owner = factory.SubFactory(UserFactory)
    team = factory.LazyAttribute(lambda one: one.owner.team if one.owner else None)
    amount = 1000


class ForecastAdjustmentFactory(factory.django.DjangoModelFactory):
    """Two thousand instead of what is computed."""

    class Meta:
        model = ForecastAdjustment

    start = dt.date(2026, 1, 1)
    owner = factory.SubFactory(UserFactory)
    team = factory.LazyAttribute(lambda one: one.owner.team if one.owner else None)
    level = "commit"
    amount = 2000
    note = "Two more are as good as signed."
    version = factory.Sequence(lambda number: number + 1)


class ForecastSnapshotFactory(factory.django.DjangoModelFactory):
    """A deal of a thousand that was committed."""

    class Meta:
        model = ForecastSnapshot

    day = factory.Sequence(lambda number: dt.date(2026, 1, 1) + dt.timedelta(days=number))
    month = dt.date(2026, 1, 1)
    owner = factory.SubFactory(UserFactory)
    team = factory.LazyAttribute(lambda one: one.owner.team if one.owner else None)
    category = "commit"
    count = 1
    amount = 1000
    weighted = 750


class MondayMailFactory(factory.django.DjangoModelFactory):
    """A mail of the first Monday of the year."""

    class Meta:
        model = MondayMail

    user = factory.SubFactory(UserFactory)
    monday = dt.date(2026, 1, 5)
