"""How the forecast of a period moved from day to day, from its snapshots."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Sum

from sales.models import ForecastSnapshot, SalesTarget
from sales.selectors.forecast import LEVELS

if TYPE_CHECKING:
    from sales.selectors.periods import ForecastPeriod, Reach

NOTHING = Decimal(0)
# A forecast is looked at from this long before its period begins.
AHEAD = dt.timedelta(days=90)


@dataclass(frozen=True)
class CourseDay:
    """The figures of a forecast on one day, each with those before it, and what was expected by probability."""

    day: dt.date
    figures: dict[str, Decimal]
    weighted: Decimal


def read_course(reach: Reach, period: ForecastPeriod) -> list[CourseDay]:
    """Return the days of which there is a snapshot, up to the end of the period."""
    rows = reach.of(ForecastSnapshot.objects.filter(month__gte=period.start, month__lt=period.end)).order_by()
    rows = rows.filter(day__gte=period.start - AHEAD, day__lte=period.end)
    sums: dict[dt.date, dict[str, Decimal]] = defaultdict(dict)
    weighted: dict[dt.date, Decimal] = defaultdict(Decimal)
    figures = {"sum": Sum("amount"), "expected": Sum("weighted")}
    for day, category, amount, expected in rows.values_list("day", "category").annotate(**figures):
        sums[day][category] = amount
        weighted[day] += expected
    found = []
    for day in sorted(sums):
        at, upto = NOTHING, {}
        for level in LEVELS:
            at += sums[day].get(level, NOTHING)
            upto[level.value] = at
        found.append(CourseDay(day, upto, weighted[day]))
    return found


def target_of(reach: Reach, period: ForecastPeriod) -> Decimal | None:
    """Return the target of everybody within a reach: of the people together, as no team's stands for all."""
    rows = reach.of(SalesTarget.objects.filter(month__gte=period.start, month__lt=period.end))
    found: Decimal | None = rows.filter(owner__isnull=False).aggregate(total=Sum("amount"))["total"]
    return found
