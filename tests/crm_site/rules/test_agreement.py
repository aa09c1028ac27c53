"""The SQL of any rule answers as a slow evaluator in Python does, for jobs and for readers of narrow scope."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_site.rules import decode_rule, encode_rule, parse_rule
from customers.models import Customer
from tests.crm_site.rules.conftest import NOW, Company
from tests.crm_site.rules.evaluator import Evaluator
from tests.crm_site.rules.trees import rules

MANY = settings(
    max_examples=250,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def test_any_rule_keeps_the_records_the_evaluator_keeps(company: Company) -> None:
    people = company.customers
    readers = [None, company.cast.owner]

    @MANY
    @given(data=rules(company.keys), reader=st.sampled_from(readers))
    def agree(data: dict[str, Any], reader: Any) -> None:
        rule = parse_rule("customer", data)
        evaluator = Evaluator(NOW, reader)
        expected = [one.pk for one in people if evaluator.holds(data["root"], one)]
        rows = rule.narrow(Customer.objects.order_by("pk"), reader=reader, now=NOW)
        assert [one.pk for one in rows] == expected
        assert rows.count() == len(expected)
        again = decode_rule("customer", encode_rule(rule))
        assert again.to_json() == rule.to_json()
        assert list(again.narrow(Customer.objects.order_by("pk"), reader=reader, now=NOW)) == list(rows)

    agree()


def test_any_rule_explains_itself_as_it_narrows(company: Company) -> None:
    people = company.customers

    @settings(MANY, max_examples=60)
    @given(data=rules(company.keys), at=st.integers(0, len(people) - 1))
    def agree(data: dict[str, Any], at: int) -> None:
        rule = parse_rule("customer", data)
        kept = rule.narrow(Customer.objects.filter(pk=people[at].pk), now=NOW).exists()
        explained = rule.explain(people[at].pk, now=NOW)
        assert explained.holds is kept
        assert explained.decisive is not kept
        assert rule.sentence()

    agree()


def test_a_narrowed_queryset_behaves_like_any_other(company: Company) -> None:
    @settings(MANY, max_examples=40)
    @given(data=rules(company.keys))
    def agree(data: dict[str, Any]) -> None:
        rows = parse_rule("customer", data).narrow(Customer.objects.all(), now=NOW)
        keys = sorted(rows.values_list("pk", flat=True))
        assert sorted(Customer.objects.filter(pk__in=rows).values_list("pk", flat=True)) == keys
        assert Customer.objects.exclude(pk__in=rows.values("pk")).count() == Customer.objects.count() - len(keys)
        assert len(rows.select_related("metrics", "score")[:3]) == min(3, len(keys))
        assert rows.filter(score__isnull=False).count() <= len(keys)
        assert rows.update(job_title="met") == len(keys)
        assert rows.order_by()[:3].aggregate(total=models_count())["total"] == min(3, len(keys))

    agree()


def models_count() -> Any:
    """Return a count of rows."""
    from django.db.models import Count

    return Count("pk")
