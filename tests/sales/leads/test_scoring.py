"""Scores: points by rules, half of them after each half-life, parts that add up, and grades that are events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from crm_site.events.models import EventRecord
from crm_site.history.models import Change
from crm_site.staff.models import User
from sales.choices import LeadGrade
from sales.events import LeadGraded
from sales.models import Lead, LeadPolicy, ScoreRule
from sales.services.leads import change_policy, lead_policy
from sales.services.leads.scoring import create_score_rule, preview_rule, score_leads
from tests.conftest import Cast
from tests.factories.leads import LeadFactory, ScoreRuleFactory

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
NOW = timezone.now().replace(microsecond=0)


def condition(field: str, op: str, value: Any = None) -> dict[str, Any]:
    """Return a stored condition of one test."""
    test = {"field": field, "op": op} | ({"value": value} if value is not None else {})
    return {"version": 1, "root": {"all": [test]}}


def scored(lead: Lead, at: dt.datetime = NOW) -> Lead:
    """Score a lead and read it again."""
    score_leads([lead.pk], at)
    lead.refresh_from_db()
    return lead


def test_a_lead_gets_the_points_of_every_rule_it_meets() -> None:
    ScoreRuleFactory(name="Says something", points=10)
    ScoreRuleFactory(name="From the fair", points=30, condition=condition("source", "contains", "Fair"))
    ScoreRuleFactory(name="A student", points=-15, condition=condition("title", "contains", "thesis"))
    ScoreRuleFactory(name="Not in use", points=99, is_active=False)
    lead = scored(LeadFactory(source="Fair 2026", message="Hello", title="My thesis"))
    assert lead.score == 25
    assert lead.score_parts == [
        {"name": "From the fair", "points": 30.0},
        {"name": "A student", "points": -15.0},
        {"name": "Says something", "points": 10.0},
    ]
    assert scored(LeadFactory()).score_parts == []


@pytest.mark.parametrize(("days", "left"), [(0, 40.0), (7, 20.0), (14, 10.0), (21, 5.0), (3.5, 28.3)])
def test_points_with_a_half_life_fade(days: float, left: float) -> None:
    ScoreRuleFactory(points=40, half_life_days=7)
    lead = LeadFactory(message="Hello", received_at=NOW - dt.timedelta(days=days), touched_at=NOW)
    assert scored(lead).score_parts == [{"name": lead.score_parts[0]["name"], "points": left}]


def test_points_fade_from_the_last_sign_of_work_where_the_rule_says_so() -> None:
    ScoreRuleFactory(points=40, half_life_days=7, fades_from="touched")
    lead = LeadFactory(message="Hello", received_at=NOW - dt.timedelta(days=70), touched_at=NOW - dt.timedelta(days=7))
    assert scored(lead).score == 20


def test_scores_that_follow_from_facts_leave_no_history() -> None:
    ScoreRuleFactory(points=40)
    lead = scored(LeadFactory(message="Hello"))
    assert lead.score == 40
    assert not Change.objects.filter(root_table="sales_lead").exists()


def test_another_grade_is_an_event_and_moves_the_day_of_return(cast: Cast) -> None:
    LeadPolicy.objects.update(hot_from=20, warm_from=10, hot_days=1, warm_days=5, cold_days=30)
    ScoreRuleFactory(points=25)
    lead = LeadFactory(message="Hello", owner=cast.owner, touched_at=NOW)
    assert scored(lead).grade == LeadGrade.HOT
    assert lead.returns_at == NOW + dt.timedelta(days=1)
    event = EventRecord.objects.get(name=LeadGraded.name())
    assert (event.payload["grade"], event.payload["former"]) == ("hot", "cold")
    scored(lead)
    assert EventRecord.objects.filter(name=LeadGraded.name()).count() == 1


def test_a_rule_that_cannot_be_read_gives_nothing() -> None:
    ScoreRuleFactory(points=10)
    ScoreRuleFactory(points=50, condition=condition("vanished", "filled"))
    assert scored(LeadFactory(message="Hello")).score == 10


def test_many_leads_are_scored_and_graded_with_few_queries(cast: Cast, django_assert_max_num_queries: Any) -> None:
    for number in range(5):
        ScoreRuleFactory(points=20 * number + 1)
    leads = [LeadFactory(message="Hello", owner=cast.owner) for _each in range(30)]
    with django_assert_max_num_queries(13):
        assert score_leads([one.pk for one in leads], NOW) == 30
    assert EventRecord.objects.filter(name=LeadGraded.name()).count() == 30


def test_a_rule_is_tried_on_real_leads_before_it_is_saved() -> None:
    ScoreRuleFactory(points=10)
    lead = scored(LeadFactory(message="Hello", source="Fair"))
    typed = ScoreRule(name="Fair", points=60, condition=condition("source", "contains", "Fair"))
    (found,) = preview_rule(typed, [lead], NOW)
    assert (found.points, found.before, found.after, found.grade) == (60.0, 10, 70, LeadGrade.HOT)
    assert ScoreRule.objects.count() == 1


def test_a_rule_wants_a_condition_and_points(cast: Cast) -> None:
    with pytest.raises(ValidationError) as refused:
        create_score_rule({"name": "Empty", "points": 5, "condition": condition("vanished", "filled")}, cast.admin)
    assert "condition" in refused.value.message_dict
    with pytest.raises(ValidationError) as refused:
        create_score_rule({"name": "Nil", "points": 0, "condition": condition("message", "filled")}, cast.admin)
    assert "points" in refused.value.message_dict
    assert not ScoreRule.objects.exists()


def test_only_administrators_set_scoring_up(cast: Cast, signed_in: SignIn) -> None:
    rule = ScoreRuleFactory()
    rep, admin = signed_in(cast.owner), signed_in(cast.admin)
    assert rep.get("/sales/leads/scoring/").status_code == 200
    for path in ("new/", "policy/", f"{rule.pk}/edit/"):
        assert rep.get(f"/sales/leads/scoring/{path}").status_code == 403
        assert admin.get(f"/sales/leads/scoring/{path}").status_code == 200


def test_bad_limits_are_refused_beside_their_field(cast: Cast, signed_in: SignIn) -> None:
    policy = lead_policy()
    values = {
        "version": policy.version, "response_minutes": 60, "hot_from": 10, "warm_from": 50, "daily_claims": 1,
        "holdings": 1, "hot_days": 1, "warm_days": 1, "cold_days": 1,
    }  # fmt: skip
    page = signed_in(cast.admin).post("/sales/leads/scoring/policy/", values)
    assert page.status_code == 422
    assert "hot_from" in page.context["form"].errors
    values["warm_from"] = 5
    assert signed_in(cast.admin).post("/sales/leads/scoring/policy/", values).status_code == 302
    assert (lead_policy().hot_from, lead_policy().version) == (10, policy.version + 1)
    stale = signed_in(cast.admin).post("/sales/leads/scoring/policy/", values | {"hot_from": 90})
    assert stale.status_code == 422
    assert lead_policy().hot_from == 10


def test_a_changed_policy_has_leads_scored_again(cast: Cast) -> None:
    policy = lead_policy()
    change_policy(policy, policy.version, {"hot_from": 30}, cast.admin)
    assert lead_policy().hot_from == 30
