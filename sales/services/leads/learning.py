"""What earlier leads teach about the live ones: written by analytics, told in the reader's language."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction

from crm_site.rules.registry import fields_of
from sales.models import Lead, LearnedLeadScore

SUBJECT = "lead"
MOST_FACTORS = 5
CHUNK = 1_000


@dataclass(frozen=True)
class Factor:
    """A fact that moves the chance of a lead.

    `field` is a field of the rules of leads, `value` what the lead has there, `effect` the difference of probabilities
    that it makes (−1 to 1), and `count` the number of earlier leads with that value on which it rests.
    """

    field: str
    value: str
    effect: float
    count: int


@dataclass(frozen=True)
class LearnedScore:
    """The probability (0 to 1) that a lead is converted, with what it rests on."""

    lead_id: int
    chance: float
    factors: tuple[Factor, ...] = ()


@dataclass(frozen=True)
class ToldFactor:
    """A factor as people read it; `points` is the effect in percentage points."""

    label: str
    value: str
    points: float
    count: int


def write_learned_scores(scores: Iterable[LearnedScore], at: dt.datetime) -> int:
    """Write what was learned of live leads, in short transactions; return how many were written.

    Of each the strongest factors are kept. Leads that are gone or have ended in the meantime are left out. Raises
    ValidationError for a chance that is no probability and a factor on a field that leads do not have.
    """
    written, known, asked_for = 0, fields_of(SUBJECT), list(scores)
    for start in range(0, len(asked_for), CHUNK):
        part = asked_for[start : start + CHUNK]
        for one in part:
            if not 0 <= one.chance <= 1 or not all(math.isfinite(factor.effect) for factor in one.factors):
                raise ValidationError(f"{one.chance} is no probability")
            if unknown := {factor.field for factor in one.factors} - known.keys():
                raise ValidationError(f"leads have no {', '.join(sorted(unknown))}")
        with transaction.atomic():
            asked = Lead.objects.live().filter(pk__in=[one.lead_id for one in part]).order_by("pk")
            live = set(asked.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
            rows = [
                LearnedLeadScore(lead_id=one.lead_id, chance=one.chance, factors=_stored(one), computed_at=at)
                for one in part
                if one.lead_id in live
            ]
            LearnedLeadScore.objects.bulk_create(
                rows,
                update_conflicts=True,
                unique_fields=["lead"],
                update_fields=["chance", "factors", "computed_at"],
            )
            written += len(rows)
    return written


def told_factors(learned: LearnedLeadScore) -> list[ToldFactor]:
    """Return the factors of a learned score in the active language; one on a field that is gone is left out."""
    fields, found = fields_of(SUBJECT), []
    for factor in learned.factors:
        about = fields.get(factor["field"])
        if about is not None:
            words = {str(code): str(label) for code, label in about.options()}
            value = words.get(factor["value"], factor["value"])
            found.append(ToldFactor(str(about.label), value, factor["effect"] * 100, factor["count"]))
    return found


def _stored(score: LearnedScore) -> list[dict[str, object]]:
    strongest = sorted(score.factors, key=lambda factor: -abs(factor.effect))[:MOST_FACTORS]
    return [
        {"field": one.field, "value": one.value[:100], "effect": round(one.effect, 4), "count": one.count}
        for one in strongest
    ]
