"""The demo company's needs: in both languages, some linked to deals, with topics."""

from __future__ import annotations

import pytest
from django.db.models import F

from customers.models import Activity
from sales.choices import NeedStatus
from sales.models import Need, NeedTopic
from tests.demo_company import company  # noqa: F401, a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]


def test_needs_went_every_way_and_belong_to_their_customers_deals() -> None:
    assert {status: Need.objects.filter(status=status).exists() for status in NeedStatus} == dict.fromkeys(
        NeedStatus, True
    )
    linked = Need.objects.exclude(opportunity=None)
    assert linked.count() > 10
    assert not linked.exclude(customer=F("opportunity__customer")).exists()
    assert linked.filter(opportunity__status="lost").exists()
    assert Activity.objects.filter(verb="need.stated").count() == Need.objects.count() > 50


def test_topics_are_found_in_both_languages() -> None:
    names = " ".join(NeedTopic.objects.values_list("name", flat=True))
    assert "spare" in names
    assert any("\u4e00" <= sign <= "\u9fff" for sign in names)
    assert Need.objects.exclude(topic=None).count() > 0.8 * Need.objects.count()
