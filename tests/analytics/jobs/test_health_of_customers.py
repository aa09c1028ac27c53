"""Health scores follow orders, answers and tasks, and are what their definition says."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.services.figures import refresh_customers
from analytics.services.health import refresh_health
from customers.models import CustomerScore
from customers.selectors.issues import IssueSource, issue_sources
from customers.services.tasking import finish_task, plan_task
from sales.services.ordering import place_order
from service.models import SurveyAnswer
from service.services.surveying import record_answer
from tests.analytics import health_definition as definition
from tests.conftest import Cast
from tests.factories import records

pytestmark = pytest.mark.django_db

Follow = Callable[[], int]
DAY = dt.timedelta(days=1)


def scored(customer: Any) -> tuple[int, str, int | None, int | None, int | None, int | None]:
    """Return a customer's health, its word and its parts."""
    one = CustomerScore.objects.get(customer=customer)
    parts = (one.health_rhythm, one.health_trend, one.health_answer, one.health_issues)
    return one.health, one.health_state, *parts


ORDERS = st.lists(st.tuples(st.integers(0, 900), st.integers(1, 500)), max_size=6)
ANSWERS = st.lists(
    st.tuples(st.integers(0, 500), st.sampled_from(["nps", "csat"]), st.integers(1, 5)),
    max_size=3,
    unique_by=lambda one: one[0],
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(orders=ORDERS, answers=ANSWERS, waiting=st.integers(0, 5), by_range=st.booleans())
def test_the_statement_says_what_the_definition_says(
    cast: Cast, orders: list[tuple[int, int]], answers: list[tuple[int, str, int]], waiting: int, by_range: bool
) -> None:
    now = timezone.now()
    customer = records.CustomerFactory(owner=cast.owner)
    for ago, total in orders:
        records.OrderFactory(customer=customer, ordered_at=now - ago * DAY, total=total)
    for ago, kind, score in answers:
        survey = records.SurveyFactory(kind=kind)
        records.SurveyAnswerFactory(
            customer=customer, survey=survey, kind=kind, score=score, answered_at=now - ago * DAY
        )
    for _number in range(waiting):
        plan_task({"title": "Call", "customer": customer, "day": (now - 3 * DAY).date()}, cast.owner)
    refresh_customers([customer.pk], with_days=False)

    refresh_health(range(customer.pk, customer.pk + 1) if by_range else [customer.pk], now)

    days = [ago for ago, _total in orders]
    recent = min((one for one in answers if one[0] < 365), default=None)
    parts = definition.Parts(
        definition.rhythm(min(days), (max(days) - min(days)) / (len(days) - 1)) if len(set(days)) > 1 else None,
        definition.trend(
            sum(total for ago, total in orders if ago < 365), sum(total for ago, total in orders if 365 <= ago < 730)
        ),
        definition.answer(recent[1], recent[2]) if recent else None,
        definition.issues(waiting),
    )
    assert scored(customer) == (*definition.health(parts), parts.rhythm, parts.trend, parts.answer, parts.issues)


def test_orders_answers_and_finished_tasks_are_followed(cast: Cast, follow: Follow) -> None:
    customer = records.CustomerFactory(owner=cast.owner)
    now = timezone.now()
    for ago in (40, 20):
        place_order({"customer": customer, "total": Decimal(10), "ordered_at": now - ago * DAY}, [], None)
    follow()
    assert scored(customer) == (100, "good", 100, None, None, 100)
    survey = records.SurveyFactory(kind="nps")
    record_answer(survey, customer, 1, cast.owner)
    follow()
    # (40 · 100 + 25 · 10 + 15 · 100) / 80 = 71.9; (71.9 + 10) / 2 = 40.9.
    assert scored(customer) == (41, "watch", 100, None, 10, 100)
    task = plan_task({"title": "Call back", "customer": customer, "day": (now - 3 * DAY).date()}, cast.owner)
    refresh_health([customer.pk])
    assert scored(customer)[5] == 75
    finish_task(task, task.version, cast.owner)
    follow()
    assert scored(customer)[5] == 100


def test_an_answer_a_year_old_counts_no_more(cast: Cast) -> None:
    customer = records.CustomerFactory(owner=cast.owner)
    now = timezone.now()
    records.SurveyAnswerFactory(customer=customer, kind="nps", score=9, answered_at=now - 364 * DAY)
    refresh_health([customer.pk], now)
    assert scored(customer)[4] == 90
    refresh_health([customer.pk], now + DAY)
    assert scored(customer) == (0, "", None, None, None, 100)


def test_the_job_scores_everybody_and_a_second_run_writes_nothing(cast: Cast, work: Any) -> None:
    customers = [records.CustomerFactory() for _number in range(3)]
    for customer in customers:
        records.SurveyAnswerFactory(customer=customer, kind="nps", score=8)
    assert work("health").result == {"changed": 3}
    # (25 · 80 + 15 · 100) / 40 = 87.5; (87.5 + 80) / 2 = 83.75.
    assert {scored(one)[:2] for one in customers} == {(84, "good")}
    assert work("health").result == {"changed": 0}


def test_other_apps_bring_issues_of_their_own(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    customer = records.CustomerFactory(owner=cast.owner)
    records.SurveyAnswerFactory(customer=customer, kind="nps", score=10)
    complaints = IssueSource(
        code="complaints",
        label="Complaints",
        open=lambda now: SurveyAnswer.objects.filter(comment="Broken"),
        url=lambda one: "/",
    )
    monkeypatch.setattr(issue_sources, "_entries", {**issue_sources._entries, "complaints": complaints})
    for _number in range(2):
        records.SurveyAnswerFactory(customer=customer, kind="nps", score=10, comment="Broken")
    refresh_health([customer.pk])
    assert scored(customer)[5] == 50
