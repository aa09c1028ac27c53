"""Firings are logged one by one, from a stream, or by one statement; old ones are forgotten."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.utils import timezone

from crm_site.jobs.registry import get_job
from crm_site.rules import load_rule, parse_rule
from crm_site.rules.firing import KEPT_DAYS, Cause, Firing, forget_firings, log_firing, log_firings, log_matches
from crm_site.rules.models import RuleFiring
from customers.models import Customer
from tests.conftest import Cast
from tests.factories import records
from tests.factories.staff import JobRunFactory, RuleFiringFactory

CAUSE = Cause(owner_kind="score", owner_id=7, rule="big-order", event="OrderPlaced")
LOYAL = {"version": 1, "root": {"all": [{"field": "stage", "op": "in", "value": ["loyal"]}]}}
pytestmark = pytest.mark.django_db


def test_one_firing_is_written_down_with_its_consequence() -> None:
    at = timezone.now() - dt.timedelta(days=3)
    logged = log_firing(Firing(cause=CAUSE, record_kind="customer", record_id=5, outcome={"points": 10}), at=at)
    stored = RuleFiring.objects.get(pk=logged.pk)
    assert (stored.owner_kind, stored.owner_id, stored.rule, stored.event) == ("score", 7, "big-order", "OrderPlaced")
    assert (stored.record_kind, stored.record_id, stored.fired_at) == ("customer", 5, at)
    assert stored.outcome == {"points": 10}


def test_a_stream_is_copied_whatever_its_texts() -> None:
    odd = Cause(owner_kind="score", rule="tab\tline\nback\\slash", event="")
    stream = (
        Firing(cause=odd, record_kind="customer", record_id=at, outcome={"word": "王\t\"'"}) for at in range(1, 1001)
    )
    assert log_firings(stream) == 1000
    assert RuleFiring.objects.count() == 1000
    stored = RuleFiring.objects.order_by("-record_id")[0]
    assert (stored.rule, stored.owner_id, stored.outcome) == ("tab\tline\nback\\slash", None, {"word": "王\t\"'"})
    assert log_firings([]) == 0


def test_all_matches_are_logged_by_one_statement(django_assert_num_queries: Any) -> None:
    loyal = [records.CustomerFactory(stage="loyal") for _ in range(3)]
    records.CustomerFactory(stage="new")
    rule = parse_rule("customer", LOYAL)
    with django_assert_num_queries(1):
        assert log_matches(CAUSE, rule, outcome={"points": 3, "why": "100% %s"}) == 3
    assert sorted(RuleFiring.objects.values_list("record_id", flat=True)) == [one.pk for one in loyal]
    assert RuleFiring.objects.filter(outcome={"points": 3, "why": "100% %s"}, record_kind="customer").count() == 3


def test_matches_of_a_reader_are_those_they_see(cast: Cast) -> None:
    mine = records.CustomerFactory(stage="loyal", owner=cast.owner)
    records.CustomerFactory(stage="loyal", owner=cast.outsider)
    orders = {"relation": "orders", "measure": "count", "op": "eq", "value": 0}
    rule = parse_rule("customer", {"version": 1, "root": {"any": [orders, LOYAL["root"]]}})
    assert log_matches(CAUSE, rule, reader=cast.owner) == 1
    assert list(RuleFiring.objects.values_list("record_id", flat=True)) == [mine.pk]


def test_a_rule_with_a_lost_condition_fires_for_nobody() -> None:
    records.CustomerFactory(stage="loyal")
    gone = load_rule(
        "customer", json.dumps({"version": 1, "root": {"not": [{"field": "gone", "op": "is", "value": "x"}]}})
    )
    assert log_matches(CAUSE, gone) == 0
    assert Customer.objects.count() == 1


def test_old_firings_are_forgotten_in_chunks() -> None:
    before = timezone.now() - dt.timedelta(days=KEPT_DAYS)
    old = [RuleFiringFactory(fired_at=before - dt.timedelta(hours=hours)) for hours in (3, 2, 1)]
    young = RuleFiringFactory(fired_at=before + dt.timedelta(hours=1))
    assert forget_firings(before, limit=2) == 2
    assert set(RuleFiring.objects.values_list("pk", flat=True)) == {old[2].pk, young.pk}


def test_the_nightly_job_forgets_what_is_old() -> None:
    from crm_site.jobs.context import JobContext

    RuleFiringFactory(fired_at=timezone.now() - dt.timedelta(days=KEPT_DAYS + 1))
    young = RuleFiringFactory()
    context = JobContext(JobRunFactory(name="forget_firings", state="running"))
    assert get_job("forget_firings").function(context) == {"removed": 1}
    assert list(RuleFiring.objects.values_list("pk", flat=True)) == [young.pk]
