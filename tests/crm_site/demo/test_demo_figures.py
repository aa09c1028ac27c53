"""The figures of a company: computed by the same jobs as everybody's, side by side where it is large."""

from __future__ import annotations

import pytest

from crm_site.demo.loading import compute_figures
from crm_site.demo.registry import FIGURES, LAST_FIGURES
from crm_site.jobs.models import JobRun
from customers.models import CustomerMetrics, CustomerScore
from tests.factories.records import CustomerFactory, OrderFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("side_by_side", [False, True])
def test_all_figures_are_computed_the_last_ones_last(side_by_side: bool) -> None:
    customer = CustomerFactory()
    OrderFactory(customer=customer, total=100, base_total=100)
    said: list[str] = []
    compute_figures(said.append, side_by_side=side_by_side)
    assert said == []
    names = list(JobRun.objects.order_by("started_at", "pk").values_list("name", flat=True))
    assert sorted(names) == sorted([name for line in FIGURES for name in line] + LAST_FIGURES)
    assert names[-1:] == LAST_FIGURES
    assert CustomerMetrics.objects.get(customer=customer).orders_count == 1
    assert CustomerScore.objects.get(customer=customer).segment != ""


@pytest.mark.parametrize("side_by_side", [False, True])
def test_what_did_not_succeed_is_said(side_by_side: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*anything: object) -> None:
        raise ValueError("broken")

    monkeypatch.setattr("analytics.services.scoring.read_columns", fail)
    said: list[str] = []
    compute_figures(said.append, side_by_side=side_by_side)
    assert [words for words in said if "broken" in words] == said != []
