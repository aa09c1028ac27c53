"""What a dashboard reads: each source once, for the period, the one before, and the course over both."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Max, Min, QuerySet, Value
from django.urls import reverse

from analytics.kpis.parts import EVERYTHING, Part
from analytics.kpis.periods import Period
from analytics.kpis.registry import Kpi, Source
from analytics.models import SalesDay, SurveyDay

if TYPE_CHECKING:
    from crm_site.staff.models import User


@dataclass(frozen=True)
class Course:
    """Sums of one source: of the period, of the period before, and of the parts of either."""

    current: Any
    previous: Any
    parts: list[Any]
    parts_before: list[Any]


def sources_of(kpis: Iterable[Kpi]) -> list[Source]:
    """Return the sources of some figures, each once."""
    return list({kpi.source.code: kpi.source for kpi in kpis}.values())


def read_course(
    user: User,
    source: Source,
    period: Period,
    before: Period | None,
    parts: Sequence[Period],
    parts_before: Sequence[Period],
    part: Part = EVERYTHING,
) -> Course:
    """Return the sums of a source in one query."""
    loaded = source.load(user, [period, *([before] if before else []), *parts, *parts_before], part)
    at = 2 if before else 1
    after = at + len(parts)
    return Course(loaded[0], loaded[1] if before else None, loaded[at:after], loaded[after:])


def days_with_figures(user: User) -> tuple[dt.date, dt.date] | None:
    """Return the first and last day with a figure the reader may see, or None."""
    found = []
    if user.access.can_view("sales"):
        found.append(_first_and_last(SalesDay.objects.visible_to(user)))
    if user.access.can_view("service"):
        found.append(_first_and_last(SurveyDay.objects.visible_to(user)))
    if not found:
        return None
    rows = found[0].union(*found[1:], all=True) if len(found) > 1 else found[0]
    days = [row for row in rows if row[0] is not None]
    return (min(row[0] for row in days), max(row[1] for row in days)) if days else None


def _first_and_last(facts: QuerySet[Any]) -> QuerySet[Any, Any]:
    """Return one row for all facts: without the constant, each would be a group and a row of its own."""
    whole = facts.order_by().values(whole=Value(1)).annotate(first=Min("day"), last=Max("day"))
    found: QuerySet[Any, Any] = whole.values_list("first", "last")
    return found


def import_url(user: User) -> str:
    """Return where a reader of an empty dashboard brings orders; empty for those who may not."""
    return reverse("imports:import-create") if user.access.can_import("sales") else ""
