"""How promising leads are: points by rules, of which some fade, added up to a score with its parts."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from crm_site.events.publishing import publish, publish_all
from crm_site.history.origin import origin
from crm_site.jobs.starting import start_job
from crm_site.lib.statistics import round_half_away
from crm_site.rules import load_rule, readable_rule
from crm_site.rules.choosing import each_met
from crm_site.rules.compiling import limited
from crm_site.staff.versioning import save_versioned
from sales.choices import Fading, LeadGrade
from sales.events import LeadGraded, ScoringChanged
from sales.models import Lead, ScoreRule
from sales.services.leads.deadlines import lead_policy, returning_at

if TYPE_CHECKING:
    from crm_site.staff.models import User

SUBJECT = "lead"
# One statement writes a chunk; as objects it would take the ORM several times as long as the scoring.
WRITTEN = """
UPDATE sales_lead l SET score = n.score, score_parts = n.parts::jsonb, grade = n.grade, returns_at = n.returns_at,
    scored_at = %s
FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::text[], %s::timestamptz[])
    AS n(id, score, parts, grade, returns_at)
WHERE l.id = n.id
"""
CHUNK = 1_000
DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Score:
    """The score of one lead, and the points of each rule it meets, the largest first."""

    total: int
    parts: list[dict[str, Any]]


def points_left(rule: ScoreRule, lead: Lead, now: dt.datetime) -> float:
    """Return what is left of a rule's points for a lead: half of them after each half-life."""
    if rule.half_life_days is None:
        return float(rule.points)
    since = lead.received_at if rule.fades_from == Fading.RECEIVED else lead.touched_at
    days = max(0.0, (now - since).total_seconds() / DAY_SECONDS)
    return float(rule.points * 0.5 ** (days / rule.half_life_days))


def compute_scores(leads: Sequence[Lead], rules: Sequence[ScoreRule], now: dt.datetime) -> dict[int, Score]:
    """Return the scores of leads by these rules, saved or not; a rule that cannot be read gives nothing."""
    asked = [(one, rule) for one in rules if (rule := readable_rule(SUBJECT, one.condition)) is not None]
    keys = [lead.pk for lead in leads]
    met: Mapping[int, list[int]] = {}
    if asked and keys:
        among = limited(Lead.objects.order_by(), "pk", keys)
        met = each_met(among, [rule for _one, rule in asked], now=now, among=keys)
    return {lead.pk: _score(lead, [asked[index][0] for index in met.get(lead.pk, ())], now) for lead in leads}


def _score(lead: Lead, rules: Iterable[ScoreRule], now: dt.datetime) -> Score:
    points = sorted(((points_left(one, lead, now), one.name) for one in rules), key=lambda part: -abs(part[0]))
    parts = [{"name": name, "points": float(round_half_away(left, 1))} for left, name in points]
    return Score(int(round_half_away(sum(left for left, _name in points))), parts)


def score_leads(ids: Iterable[int], now: dt.datetime | None = None) -> int:
    """Score these leads anew, live ones only; return how many scores changed. Another grade is an event."""
    moment, changed = now or timezone.now(), 0
    rules, policy, keys = list(ScoreRule.objects.in_force()), lead_policy(), sorted(ids)
    for start in range(0, len(keys), CHUNK):
        with transaction.atomic():
            asked = Lead.objects.live().filter(pk__in=keys[start : start + CHUNK]).order_by("pk")
            leads = list(asked.select_for_update(of=("self",), no_key=True))
            scores = compute_scores(leads, rules, moment)
            moved = [lead for lead in leads if (lead.score, lead.score_parts) != _stored(scores[lead.pk])]
            graded = []
            for lead in moved:
                grade, former = policy.grade(scores[lead.pk].total), lead.grade
                lead.score, lead.score_parts = _stored(scores[lead.pk])
                lead.grade = grade
                if grade != former:
                    lead.returns_at = returning_at(lead, lead.touched_at, policy)
                    graded.append(LeadGraded(lead_id=lead.pk, grade=grade, former=former))
            _write(moved, moment)
            publish_all(graded)
            changed += len(moved)
    return changed


def _write(leads: Sequence[Lead], moment: dt.datetime) -> None:
    rows = [(lead.pk, lead.score, json.dumps(lead.score_parts), lead.grade, lead.returns_at) for lead in leads]
    if rows:
        # A score follows from facts that have a history; its own would say the same every night.
        with origin(silent=True), connection.cursor() as cursor:
            cursor.execute(WRITTEN, [moment, *(list(column) for column in zip(*rows, strict=True))])


def _stored(score: Score) -> tuple[int, list[dict[str, Any]]]:
    return score.total, score.parts


@dataclass(frozen=True)
class Previewed:
    """A lead as it is scored now, and as it would be."""

    lead: Lead
    before: int
    after: int
    grade: LeadGrade
    points: float


def preview_rule(rule: ScoreRule, leads: Sequence[Lead], now: dt.datetime | None = None) -> list[Previewed]:
    """Return what a rule, not saved yet, would make of these leads, beside the other rules in use."""
    moment, policy = now or timezone.now(), lead_policy()
    others = [one for one in ScoreRule.objects.in_force() if one.pk != rule.pk]
    before = compute_scores(leads, list(ScoreRule.objects.in_force()), moment)
    after = compute_scores(leads, [*others, rule] if rule.is_active else others, moment)
    alone = compute_scores(leads, [rule], moment)
    return [
        Previewed(
            lead,
            before[lead.pk].total,
            after[lead.pk].total,
            policy.grade(after[lead.pk].total),
            sum(part["points"] for part in alone[lead.pk].parts),
        )
        for lead in leads
    ]


def create_score_rule(facts: Mapping[str, Any], user: User | None) -> ScoreRule:
    """Make a rule behind the others, and have all live leads scored again; raises ValidationError and RuleError."""
    values = _checked(facts)
    with transaction.atomic():
        last = ScoreRule.objects.aggregate(last=Max("position"))["last"] or 0
        made = ScoreRule.objects.create(**values, position=last + 1)
        _score_again(made, user)
    return made


def change_score_rule(rule: ScoreRule, version: int, facts: Mapping[str, Any], user: User | None) -> None:
    """Change a rule that was read at `version`; raises StaleVersionError, ValidationError and RuleError."""
    values = _checked(facts)
    with transaction.atomic():
        save_versioned(rule, version, values)
        _score_again(rule, user)


def _checked(facts: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(facts)
    if "condition" in values:
        parsed = load_rule(SUBJECT, values["condition"])
        if parsed.problems:
            raise ValidationError({"condition": _("Say which leads get the points.")})
    if values.get("points") == 0:
        raise ValidationError({"points": _("A rule of no points does nothing.")})
    return values


def _score_again(rule: ScoreRule, user: User | None) -> None:
    publish(ScoringChanged(rule_id=rule.pk), user)
    start_job("lead_scores", {"cause": timezone.now().isoformat()}, user=user)
