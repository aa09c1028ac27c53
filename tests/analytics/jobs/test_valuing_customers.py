import datetime as dt
from typing import Any

import pytest

from analytics.models import ValueDoubt, ValueSlice
from crm_site.jobs.parameters import ParameterError
from crm_site.jobs.starting import start_job
from crm_site.lib.statistics import discounted_value
from customers.models import CustomerScore
from sales.choices import OrderKind
from tests.factories import records

pytestmark = pytest.mark.django_db

START = dt.datetime(2025, 1, 1, 12, tzinfo=dt.UTC)


def order(customer: Any, day: int, total: int, **facts: Any) -> None:
    """Place an order so many days after the start."""
    at = START + dt.timedelta(days=day)
    records.OrderFactory(customer=customer, ordered_at=at, total=total, base_total=total, **facts)


def test_too_few_repeat_customers_are_refused_with_the_reason_and_clear_old_values(work: Any) -> None:
    customer = records.CustomerFactory()
    CustomerScore.objects.filter(customer=customer).update(clv=500, clv_on=START.date(), p_alive=0.5, tier="high")
    order(customer, 0, 100)
    order(customer, 30, 100)
    run = work("clv")
    assert run.state == "succeeded"
    assert run.result["refused"] == {"reason": "too_few_repeaters", "repeaters": 1, "needed": 100}
    assert "bgnbd" not in run.result
    score = CustomerScore.objects.get(customer=customer)
    assert (int(score.clv), score.tier) == (0, "")
    assert score.clv_on is None
    assert score.p_alive is None
    assert not ValueSlice.objects.exists()
    assert not ValueDoubt.objects.exists()


def test_without_orders_there_is_nothing_to_value(work: Any) -> None:
    assert work("clv").result == {
        "method": "probabilistic", "customers": 0, "repeaters": 0, "refused": {"reason": "no_orders"},
    }  # fmt: skip


def test_the_discounted_method_projects_net_revenue_a_month(work: Any) -> None:
    customer = records.CustomerFactory()
    order(customer, 0, 400)
    order(customer, 10, -40, kind=OrderKind.CREDIT)
    # Three months of 30.4375 days after the first order, rounded to a day.
    last = records.CustomerFactory()
    order(last, 91, 100)
    until = (START + dt.timedelta(days=91)).date()
    result = work("clv", {"method": "discounted", "margin": "0.5", "until": until.isoformat()}).result
    from decimal import Decimal

    margin = Decimal(360) * Decimal("0.5") / (Decimal(91) / Decimal("30.4375"))
    expected = discounted_value([margin] * 12, Decimal("0.01"))
    score = CustomerScore.objects.get(customer=customer)
    assert float(score.clv) == pytest.approx(float(expected), abs=0.0001)
    assert (score.clv_low, score.p_alive, score.clv_on) == (None, None, until)
    assert result["customers"] == 2
    assert ValueSlice.objects.count() == 2


@pytest.mark.parametrize(
    "params",
    [{"unit": "year"}, {"margin": "0"}, {"margin": "nan"}, {"discount": "-1"}, {"until": "soon"}, {"method": "magic"}],
)
def test_parameters_without_meaning_are_refused(params: dict[str, str]) -> None:
    with pytest.raises(ParameterError):
        start_job("clv", params, wake=False)
