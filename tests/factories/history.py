"""Factories of the history."""

import datetime as dt

import factory
from django.utils import timezone

from crm_site.history.models import Change, Insertion, Operation, TrashedRecord
from tests.factories.staff import UserFactory


class OperationFactory(factory.django.DjangoModelFactory):
    """A bulk edit."""

    class Meta:
        model = Operation

    kind = "bulk_edit"
    title = "Industry"
    module = "customers"
    count = 3
    actor = factory.SubFactory(UserFactory)


class ChangeFactory(factory.django.DjangoModelFactory):
    """One changed value of a customer."""

    class Meta:
        model = Change

    changed_at = factory.LazyFunction(timezone.now)
    action = "U"
    table_name = "customers_customer"
    record_id = 1
    root_table = "customers_customer"
    root_id = 1
    before = factory.LazyFunction(lambda: {"industry": "Steel"})
    after = factory.LazyFunction(lambda: {"industry": "Paper"})


class InsertionFactory(factory.django.DjangoModelFactory):
    """Two inserted customers."""

    class Meta:
        model = Insertion

    operation = factory.SubFactory(OperationFactory)
    table_name = "customers_customer"
    low = 1
    high = 2
    record_ids = factory.LazyFunction(lambda: [1, 2])


class TrashedRecordFactory(factory.django.DjangoModelFactory):
    """A customer in the trash."""

    class Meta:
        model = TrashedRecord

    operation = factory.SubFactory(OperationFactory, kind="delete")
    module = "customers"
    table_name = "customers_customer"
    record_id = factory.Sequence(lambda number: number + 1)
    label = "Gone"
    expires_at = factory.LazyFunction(lambda: timezone.now() + dt.timedelta(days=30))
