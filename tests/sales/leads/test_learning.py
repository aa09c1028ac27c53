"""What earlier leads teach: written for live leads, shown beside the score with its strongest factors."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm_site.rules import load_rule
from crm_site.rules.encoding import encode_rule
from crm_site.staff.models import User
from sales.models import Lead, LearnedLeadScore
from sales.services.leads.learning import Factor, LearnedScore, write_learned_scores
from tests.conftest import Cast
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
FACTORS = (
    Factor("source", "Fair 2026", 0.123, 340),
    Factor("channel", "form", -0.05, 1),
    Factor("region", "North", 0.002, 12),
    Factor("language", "en", 0.003, 12),
    Factor("customer_kind", "organisation", 0.2, 77),
    Factor("product", "Tea", 0.001, 5),
)


@pytest.fixture
def lead(cast: Cast) -> Lead:
    """A live lead of the owner's."""
    made: Lead = LeadFactory(owner=cast.owner)
    return made


def test_the_strongest_factors_are_kept_and_a_later_score_replaces_them(lead: Lead) -> None:
    now = timezone.now()
    assert write_learned_scores([LearnedScore(lead.pk, 0.37, FACTORS)], now) == 1
    learned = LearnedLeadScore.objects.get(lead=lead)
    assert (learned.chance, learned.computed_at) == (0.37, now)
    assert [one["field"] for one in learned.factors] == ["customer_kind", "source", "channel", "language", "region"]
    assert write_learned_scores([LearnedScore(lead.pk, 0.5)], now) == 1
    learned.refresh_from_db()
    assert (learned.chance, learned.factors) == (0.5, [])


def test_leads_that_ended_or_are_gone_are_left_out(lead: Lead) -> None:
    Lead.objects.filter(pk=lead.pk).update(status="converted")
    assert write_learned_scores([LearnedScore(lead.pk, 0.4), LearnedScore(987654, 0.4)], timezone.now()) == 0
    assert not LearnedLeadScore.objects.exists()


@pytest.mark.parametrize(
    "score",
    [
        LearnedScore(1, 1.2),
        LearnedScore(1, float("nan")),
        LearnedScore(1, 0.5, (Factor("source", "x", float("inf"), 3),)),
        LearnedScore(1, 0.5, (Factor("tags", "hot", 0.2, 3),)),
    ],
)
def test_what_is_no_probability_or_no_field_is_refused(score: LearnedScore) -> None:
    with pytest.raises(ValidationError):
        write_learned_scores([score], timezone.now())


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("learned chance 37.0%", "Source · Fair 2026", "340 leads", "+12.3", "1 lead<", "Web form", "-5 ")),
        ("zh-hans", ("预测转化率 37.0%", "来源 · Fair 2026", "340 条线索", "+12.3")),
    ],
)
def test_the_page_shows_the_chance_with_what_it_rests_on(
    lead: Lead, cast: Cast, signed_in: SignIn, language: str, words: tuple[str, ...]
) -> None:
    cast.owner.language = language
    cast.owner.save()
    write_learned_scores([LearnedScore(lead.pk, 0.37, FACTORS)], timezone.now())
    page = " ".join(signed_in(cast.owner).get(lead.get_absolute_url()).content.decode().split())
    assert [one for one in words if one not in page] == []


def test_without_one_nothing_is_said(lead: Lead, cast: Cast, signed_in: SignIn) -> None:
    assert b"learned" not in signed_in(cast.owner).get(lead.get_absolute_url()).content


def test_it_stands_in_lists_rules_and_the_api(lead: Lead, cast: Cast, signed_in: SignIn) -> None:
    other = LeadFactory(owner=cast.owner)
    write_learned_scores([LearnedScore(lead.pk, 0.37, FACTORS[:1])], timezone.now())
    client = signed_in(cast.owner)
    stored = {"version": 1, "root": {"all": [{"field": "chance", "op": "gte", "value": "0.3"}]}}
    asked = {"cols": "who,chance", "rule": encode_rule(load_rule("lead", stored))}
    page = client.get(reverse("sales:lead-list"), asked).content.decode()
    assert "37.0%" in page
    assert (lead.title in page, other.title in page) == (True, False)
    found = client.get(f"/api/v1/leads/{lead.pk}/").json()["learned"]
    assert (found["chance"], found["factors"]) == (
        0.37, [{"field": "source", "value": "Fair 2026", "effect": 0.123, "count": 340}],
    )  # fmt: skip


def test_another_teams_lead_shows_no_chance(lead: Lead, cast: Cast, signed_in: SignIn) -> None:
    write_learned_scores([LearnedScore(lead.pk, 0.37, FACTORS)], timezone.now())
    assert signed_in(cast.outsider).get(f"/api/v1/leads/{lead.pk}/").status_code == 404
    assert list(LearnedLeadScore.objects.visible_to(cast.outsider)) == []
    assert list(LearnedLeadScore.objects.visible_to(cast.owner)) == [LearnedLeadScore.objects.get()]
