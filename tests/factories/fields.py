"""Factories of custom fields."""

import factory

from crm_site.fields.models import CustomField


class CustomFieldFactory(factory.django.DjangoModelFactory):
    """A text on customers."""

    class Meta:
        model = CustomField

    host = "customer"
    name = factory.Sequence(lambda number: f"field{number}")
    kind = "text"
    label_en = factory.Sequence(lambda number: f"Field {number}")
    label_zh = factory.Sequence(lambda number: f"字段{number}")
