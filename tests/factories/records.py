"""Factories of customers, sales, service and analytics."""

import datetime as dt
from typing import Any

import factory
from django.utils import timezone

from analytics import models as analytics
from crm_site.lib.text import search_text, sort_key
from customers.models import Activity, Address, ContactPoint, Customer, CustomerMetrics, CustomerScore, Tag
from sales.models import Order, OrderLine, Payment, Pipeline, Product
from service.models import Survey, SurveyAnswer


class CustomerFactory(factory.django.DjangoModelFactory):
    """A person with figures, found by name; its team is its owner's."""

    class Meta:
        model = Customer
        skip_postgeneration_save = True

    name = factory.Sequence(lambda number: f"Customer {number}")
    search_text = factory.LazyAttribute(lambda one: search_text([one.name]))
    sort_key = factory.LazyAttribute(lambda one: sort_key(one.name))
    team = factory.LazyAttribute(lambda one: one.owner.team if one.owner else None)
    owner: Any = None

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        customer = super()._create(model_class, *args, **kwargs)
        CustomerMetrics.objects.create(customer=customer)
        CustomerScore.objects.create(customer=customer)
        return customer


class TagFactory(factory.django.DjangoModelFactory):
    """A word."""

    class Meta:
        model = Tag

    name = factory.Sequence(lambda number: f"Tag {number}")


class ContactPointFactory(factory.django.DjangoModelFactory):
    """A mail address."""

    class Meta:
        model = ContactPoint

    customer = factory.SubFactory(CustomerFactory)
    kind = "email"
    value = factory.Sequence(lambda number: f"contact{number}@customer.example")
    normal = factory.LazyAttribute(lambda one: one.value.lower())


class AddressFactory(factory.django.DjangoModelFactory):
    """An address."""

    class Meta:
        model = Address

    customer = factory.SubFactory(CustomerFactory)
    city = "Suzhou"


class ActivityFactory(factory.django.DjangoModelFactory):
    """A note."""

    class Meta:
        model = Activity

    customer = factory.SubFactory(CustomerFactory)
    verb = "customer.note"
    occurred_at = factory.LazyFunction(timezone.now)
    body = "They asked for a quote."


class ProductFactory(factory.django.DjangoModelFactory):
    """A product for ten."""

    class Meta:
        model = Product

    sku = factory.Sequence(lambda number: f"SKU-{number}")
    name = factory.Sequence(lambda number: f"Product {number}")
    unit_price = 10
    currency = "EUR"
    search_text = factory.LazyAttribute(lambda one: search_text([one.name, one.sku]))
    sort_key = factory.LazyAttribute(lambda one: sort_key(one.name))


class OrderFactory(factory.django.DjangoModelFactory):
    """An order for a hundred, with its customer's owner and team."""

    class Meta:
        model = Order

    number = factory.Sequence(lambda number: f"T-{number:06d}")
    customer = factory.SubFactory(CustomerFactory)
    ordered_at = factory.LazyFunction(timezone.now)
    currency = "EUR"
    total = 100
    base_total = factory.LazyAttribute(lambda one: one.total)
    owner = factory.LazyAttribute(lambda one: one.customer.owner if one.customer else None)
    team = factory.LazyAttribute(lambda one: one.owner.team if one.owner else None)
    search_text = factory.LazyAttribute(lambda one: search_text([one.number]))


class OrderLineFactory(factory.django.DjangoModelFactory):
    """Ten pieces for ten."""

    class Meta:
        model = OrderLine

    order = factory.SubFactory(OrderFactory)
    product = factory.SubFactory(ProductFactory)
    quantity = 10
    unit_price = 10


class PaymentFactory(factory.django.DjangoModelFactory):
    """A payment of a hundred."""

    class Meta:
        model = Payment

    order = factory.SubFactory(OrderFactory)
    amount = 100


class SurveyFactory(factory.django.DjangoModelFactory):
    """An NPS survey."""

    class Meta:
        model = Survey

    name = factory.Sequence(lambda number: f"Survey {number}")
    kind = "nps"


class SurveyAnswerFactory(factory.django.DjangoModelFactory):
    """A passive answer of a customer, with the customer's owner and team."""

    class Meta:
        model = SurveyAnswer

    survey = factory.SubFactory(SurveyFactory)
    kind = factory.LazyAttribute(lambda one: one.survey.kind)
    customer = factory.SubFactory(CustomerFactory)
    score = factory.LazyAttribute(lambda one: 8 if one.kind == "nps" else 4)
    owner = factory.LazyAttribute(lambda one: one.customer.owner if one.customer else None)
    team = factory.LazyAttribute(lambda one: one.owner.team if one.owner else None)


class SalesDayFactory(factory.django.DjangoModelFactory):
    """Sales of a day."""

    class Meta:
        model = analytics.SalesDay

    day = factory.Sequence(lambda number: dt.date(2026, 1, 1) + dt.timedelta(days=number))


class DealDayFactory(factory.django.DjangoModelFactory):
    """Deals of a day."""

    class Meta:
        model = analytics.DealDay

    day = factory.Sequence(lambda number: dt.date(2026, 1, 1) + dt.timedelta(days=number))
    pipeline = factory.LazyFunction(lambda: Pipeline.objects.get(is_default=True))
    won = 1
    won_value = 100
    won_days = 10


class StageDayFactory(factory.django.DjangoModelFactory):
    """A deal of a day that was lost in the first stage after five hours."""

    class Meta:
        model = analytics.StageDay

    day = factory.Sequence(lambda number: dt.date(2026, 1, 1) + dt.timedelta(days=number))
    stage = factory.LazyFunction(lambda: Pipeline.objects.get(is_default=True).stages.order_by("position")[0])
    entered = 1
    lost = 1
    hours = factory.LazyFunction(lambda: [5])


class DealSliceFactory(factory.django.DjangoModelFactory):
    """A deal of a day that was won, of unknown source."""

    class Meta:
        model = analytics.DealSlice

    day = factory.Sequence(lambda number: dt.date(2026, 1, 1) + dt.timedelta(days=number))
    dimension = "source"
    won = 1
    won_value = 100


class LeadDayFactory(factory.django.DjangoModelFactory):
    """A lead of a day that was answered after half an hour."""

    class Meta:
        model = analytics.LeadDay

    day = factory.Sequence(lambda number: dt.date(2026, 1, 1) + dt.timedelta(days=number))
    received = 1
    answered = 1
    kept = 1
    minutes = factory.LazyFunction(lambda: [30])


class SurveyDayFactory(factory.django.DjangoModelFactory):
    """Answers of a day."""

    class Meta:
        model = analytics.SurveyDay

    day = factory.Sequence(lambda number: dt.date(2026, 1, 1) + dt.timedelta(days=number))
    kind = "nps"
    score = 9
    answers = 1


class RfmSliceFactory(factory.django.DjangoModelFactory):
    """Champions."""

    class Meta:
        model = analytics.RfmSlice

    r = 5
    f = 5
    segment = "champion"
    customers = 1
    revenue = 1


class ValueSliceFactory(factory.django.DjangoModelFactory):
    """Customers of high value."""

    class Meta:
        model = analytics.ValueSlice

    tier = "high"
    bin = 1
    customers = 1
    alive = 1.0
    purchases = 1.0
    clv = 1


class FirstOrderDayFactory(factory.django.DjangoModelFactory):
    """A new customer."""

    class Meta:
        model = analytics.FirstOrderDay

    day = factory.Sequence(lambda number: dt.date(2026, 1, 1) + dt.timedelta(days=number))
    customers = 1
    repeaters = 0


class ValueDoubtFactory(factory.django.DjangoModelFactory):
    """A sum that is known to ten."""

    class Meta:
        model = analytics.ValueDoubt

    clv = 100
    variance = 25.0
    loadings = [0.0] * 7
