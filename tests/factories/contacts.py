"""Factories of the consent ledger and of bans on contact."""

import datetime as dt
from typing import Any

import factory
from django.utils import timezone

from customers.models import ConsentEntry, ConsentWording, DoNotContact
from tests.factories.records import CustomerFactory


class ConsentWordingFactory(factory.django.DjangoModelFactory):
    """The words of a form."""

    class Meta:
        model = ConsentWording

    name = factory.Sequence(lambda number: f"Form {number}")
    language = "en"
    version = 1
    text = "Yes, write to me about offers. I can withdraw this at any time."


class ConsentEntryFactory(factory.django.DjangoModelFactory):
    """Consent to marketing by mail, given yesterday."""

    class Meta:
        model = ConsentEntry

    customer = factory.SubFactory(CustomerFactory)
    channel = "email"
    purpose = "marketing"
    state = "given"
    source = "form"
    at: Any = factory.LazyFunction(lambda: timezone.now() - dt.timedelta(days=1))


class DoNotContactFactory(factory.django.DjangoModelFactory):
    """Nobody may contact them any more."""

    class Meta:
        model = DoNotContact

    customer = factory.SubFactory(CustomerFactory)
    reason = "They asked for it on the phone."
