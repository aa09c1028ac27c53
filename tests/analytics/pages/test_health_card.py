"""The card that takes a customer's health apart."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from analytics.services.figures import refresh_customers
from analytics.services.health import refresh_health
from crm_site.pages import formatting
from crm_site.staff.models import User
from customers.services.tasking import plan_task
from service.choices import SurveyKind
from tests.conftest import Cast
from tests.factories import records

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
DAY = dt.timedelta(days=1)


def test_each_part_says_what_it_rests_on_and_opens_its_rows(cast: Cast, signed_in: SignIn) -> None:
    customer = records.CustomerFactory(owner=cast.owner)
    now = timezone.now()
    for ago, total in ((500, 200), (440, 200), (100, 100)):
        records.OrderFactory(customer=customer, ordered_at=now - ago * DAY, total=total)
    records.SurveyAnswerFactory(customer=customer, kind="nps", score=3, answered_at=now - 10 * DAY)
    plan_task({"title": "Call", "customer": customer, "day": (now - 3 * DAY).date()}, cast.owner)
    refresh_customers([customer.pk], with_days=False)
    refresh_health([customer.pk])
    page = signed_in(cast.owner).get(f"/analytics/customers/{customer.pk}/health/").content.decode()
    assert "100 days since the last order; usually 200 days between two" in page
    amounts = [formatting.money(value, compact=True) for value in (100, 400)]
    assert f"{amounts[0]} in the last 365 days; {amounts[1]} in the 365 before" in page
    assert f"{SurveyKind.NPS.label}: 3, " in page
    assert "Overdue tasks: 1" in page
    for address in ("/sales/orders/?", "/service/answers/?", "/customers/tasks/all/?"):
        assert f'href="{address}' in page, address
    # (40 · 100 + 20 · 25 + 25 · 30 + 15 · 75) / 100 = 63.75; (63.75 + 25) / 2 = 44.4.
    assert "<b>44</b>" in page
    assert "Keep an eye on" in page


def test_nothing_is_made_up_for_somebody_unknown(cast: Cast, signed_in: SignIn) -> None:
    customer = records.CustomerFactory(owner=cast.owner)
    refresh_health([customer.pk])
    page = signed_in(cast.owner).get(f"/analytics/customers/{customer.pk}/health/").content.decode()
    assert "Too little is known yet" in page


def test_a_foreign_customer_is_not_found(cast: Cast, signed_in: SignIn) -> None:
    customer = records.CustomerFactory(owner=cast.owner)
    assert signed_in(cast.outsider).get(f"/analytics/customers/{customer.pk}/health/").status_code == 404
