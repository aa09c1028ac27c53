"""Factories of needs, their categories and their topics."""

from typing import Any

import factory

from crm_site.lib.text import search_text, sort_key
from sales.models import Need, NeedCategory, NeedTopic
from tests.factories.records import CustomerFactory


class NeedCategoryFactory(factory.django.DjangoModelFactory):
    """A further category."""

    class Meta:
        model = NeedCategory

    name = factory.Sequence(lambda number: f"Category {number}")
    position = factory.Sequence(lambda number: number + 10)


class NeedTopicFactory(factory.django.DjangoModelFactory):
    """A topic of one word."""

    class Meta:
        model = NeedTopic

    name = factory.Sequence(lambda number: f"word{number}")
    terms = factory.LazyAttribute(lambda one: [one.name])


class NeedFactory(factory.django.DjangoModelFactory):
    """A stated need with its customer's owner and team."""

    class Meta:
        model = Need

    number = factory.Sequence(lambda number: f"ND-{number:06d}")
    title = factory.Sequence(lambda number: f"Need {number}")
    text = ""
    customer: Any = factory.SubFactory(CustomerFactory)
    owner = factory.LazyAttribute(lambda one: one.customer.owner)
    team = factory.LazyAttribute(lambda one: one.owner.team if one.owner else None)
    search_text = factory.LazyAttribute(lambda one: search_text([one.number, one.title, one.text, one.customer.name]))
    sort_key = factory.LazyAttribute(lambda one: sort_key(one.title))
