"""The top of a customer's page: what to do next, and why."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crm_site.staff.models import User
from customers import selectors
from customers.models import Customer, CustomerMetrics, CustomerScore
from customers.services.tasking import plan_task
from tests.conftest import Cast
from tests.factories import records

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
DAY = dt.timedelta(days=1)


def known(stage: str = "returning", last: int | None = 20, **score: Any) -> Customer:
    """Make a customer of whom these figures are known."""
    customer = records.CustomerFactory(stage=stage)
    if last is not None:
        at = timezone.now() - last * DAY
        CustomerMetrics.objects.filter(customer=customer).update(orders_count=1, first_order_at=at, last_order_at=at)
    CustomerScore.objects.filter(customer=customer).update(**score)
    return selectors.for_page().get(pk=customer.pk)


@pytest.mark.parametrize(
    ("facts", "title"),
    [
        ({"health_answer": 20, "health_state": "watch", "stage": "loyal"}, "Ask what went wrong"),
        ({"health_answer": 90, "health_rhythm": 100, "health_state": "good"}, None),
        ({"stage": "prospect", "last": None}, "Find out what they need"),
        ({"stage": "churned", "health_rhythm": 0, "health_state": "risk"}, "Win them back"),
        ({"health_rhythm": 40, "health_state": "watch"}, "Get in touch"),
        ({"health_answer": 60, "health_rhythm": 100, "health_state": "good"}, "Ask what went wrong"),
        ({"health_answer": 60, "health_rhythm": 0, "health_state": "risk", "stage": "churned"}, "Win them back"),
        ({"health_rhythm": 90, "health_trend": 5, "health_state": "risk"}, "Find out what has changed"),
        ({"stage": "new"}, "Ask how the first order was"),
    ],
)
def test_what_the_figures_ask_for(facts: dict[str, Any], title: str | None) -> None:
    found = selectors.suggestion(known(**facts))
    assert (found.title if found else None) == title


def test_an_organisation_whose_people_order_is_not_silent(cast: Cast, signed_in: SignIn) -> None:
    firm = known(stage="churned", last=400, health_rhythm=0, health_state="risk")
    Customer.objects.filter(pk=firm.pk).update(kind="organisation", owner=cast.owner)
    person = records.CustomerFactory(owner=cast.owner, organisation=firm)
    client = signed_in(cast.owner)
    assert "Win them back" in client.get(firm.get_absolute_url()).content.decode()
    CustomerMetrics.objects.filter(customer=person).update(last_order_at=timezone.now() - 5 * DAY)
    page = client.get(firm.get_absolute_url()).content.decode()
    assert "Win them back" not in page
    assert "Last of its people:" in page


def test_what_is_planned_stands_before_what_is_suggested(cast: Cast, signed_in: SignIn) -> None:
    customer = records.CustomerFactory(owner=cast.owner, stage="churned")
    page = signed_in(cast.owner).get(customer.get_absolute_url()).content.decode()
    assert "Plan the next step" in page
    for title, days in (("Call later", 5), ("Call first", -2)):
        plan_task({"title": title, "customer": customer, "day": (timezone.now() + days * DAY).date()}, cast.owner)
    page = signed_in(cast.owner).get(customer.get_absolute_url()).content.decode()
    summary = page[page.index('class="summary"') : page.index("record-tabs")]
    assert "Call first" in summary
    assert "Call later" not in summary
    assert "Overdue" in summary


def test_a_suggestion_becomes_a_task_with_two_clicks(cast: Cast, signed_in: SignIn) -> None:
    customer = records.CustomerFactory(owner=cast.owner, stage="prospect")
    client = signed_in(cast.owner)
    page = client.get(customer.get_absolute_url()).content.decode()
    address = f"/customers/tasks/new/?customer={customer.pk}&amp;title=Find+out+what+they+need&amp;kind=call"
    assert address in page
    form = client.get(address.replace("&amp;", "&")).content.decode()
    assert 'value="Find out what they need"' in form


def test_somebody_elses_tasks_are_not_told(cast: Cast, signed_in: SignIn) -> None:
    customer = records.CustomerFactory(owner=cast.owner)
    plan_task({"title": "Secret talk", "day": timezone.localdate(), "customer": customer, "owner": cast.manager}, None)
    assert selectors.planned_step(customer, cast.owner) is None


def test_without_the_right_to_figures_neither_health_nor_value_is_shown(cast: Cast, signed_in: SignIn) -> None:
    customer = records.CustomerFactory(owner=cast.owner)
    page = signed_in(cast.agent).get(customer.get_absolute_url()).content.decode()
    assert ("Lifetime value" in page) is cast.agent.access.can_view("analytics")


def test_facts_of_people_are_not_asked_of_organisations_unless_they_are_known(cast: Cast, signed_in: SignIn) -> None:
    firm = records.CustomerFactory(owner=cast.owner, kind="organisation")
    client = signed_in(cast.owner)
    page = client.get(firm.get_absolute_url()).content.decode()
    assert "Registration number" in page
    assert "Birth date" not in page
    Customer.objects.filter(pk=firm.pk).update(job_title="Bakery")
    assert "Bakery" in client.get(firm.get_absolute_url()).content.decode()
