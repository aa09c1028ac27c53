"""Figures of enquiries: how fast they were answered, in business time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from analytics.kpis.parts import EVERYTHING, Part
from analytics.kpis.periods import Period, within
from analytics.kpis.quantiles import median_of
from analytics.kpis.registry import Kpi, Source, register_kpi
from analytics.models import LeadDay
from crm_site.lib.statistics import Estimate
from sales.choices import LeadStatus
from sales.lists import lead_list
from sales.models import Lead

if TYPE_CHECKING:
    from crm_site.staff.models import User


@dataclass(frozen=True)
class Answers:
    """First answers by their business minutes."""

    minutes: Mapping[int, int] = field(default_factory=dict)


def spread(
    facts: QuerySet[Any], values: str, periods: Sequence[Period], keys: Sequence[str] = ()
) -> list[dict[tuple[Any, ...], dict[int, int]]]:
    """Return, for each period in turn, how often each value of an array column occurs, apart by the `keys`."""
    if not periods:
        return []
    firsts, afters = zip(*(period.bounds for period in periods), strict=True)
    rows = facts.filter(day__gte=min(firsts), day__lt=max(afters)).order_by().values("day", values, *keys)
    statement, params = rows.query.sql_with_params()
    by = "".join(f"d.{name}, " for name in keys)
    found: list[dict[tuple[Any, ...], dict[int, int]]] = [{} for _ in periods]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT s.slot, {by}v.value, count(*) FROM unnest(%s::int[], %s::date[], %s::date[]) AS s(slot, first, "
            f"after) JOIN ({statement}) d ON d.day >= s.first AND d.day < s.after "
            f"CROSS JOIN LATERAL unnest(d.{values}) v(value) GROUP BY s.slot, {by}v.value",
            [list(range(len(periods))), list(firsts), list(afters), *params],
        )
        for slot, *key, value, count in cursor.fetchall():
            found[slot].setdefault(tuple(key), {})[value] = count
    return found


def load_answers(user: User, periods: Sequence[Period], part: Part = EVERYTHING) -> list[Answers]:
    """Return how fast the leads of each period were answered that the reader may see."""
    facts = part.of(LeadDay.objects.visible_to(user))
    return [Answers(one.get((), {})) for one in spread(facts, "minutes", periods)]


def recount_answers(user: User, period: Period, part: Part = EVERYTHING) -> Answers:
    """Return the same from the leads themselves."""
    rows = within(part.of(Lead.objects.visible_to(user)), "received_at", period).exclude(response_seconds=None)
    counts: dict[int, int] = {}
    for seconds in rows.values_list("response_seconds", flat=True).iterator():
        # Halves go up, as the database rounds them.
        minutes = ((seconds or 0) + 30) // 60
        counts[minutes] = counts.get(minutes, 0) + 1
    return Answers(counts)


RESPONSES = Source("responses", "sales", load_answers, recount=recount_answers)


def median_hours(answers: Answers) -> Estimate:
    """Return the median business hours to the first answer."""
    return median_of(answers.minutes).scaled(1 / 60)


def answered_rows(period: Period) -> str:
    """Return the address of the leads of a period that were answered."""
    return lead_list.url(received=period.shown, status=LeadStatus.values, answered=["yes"], sort="-received")


register_kpi(
    Kpi(
        code="lead_response",
        title=_("Lead response time"),
        unit="hours",
        source=RESPONSES,
        figure=median_hours,
        definition=_(
            "The median business time from an enquiry to the first answer by one of us, of the leads that came in "
            "during the period. Leads without an answer are left out, not taken for zero: the report of lead response "
            "counts them. The interval holds the median 95 times in 100."
        ),
        query="SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY minute) / 60, count(*)\n"
        "FROM analytics_leadday, unnest(minutes) minute\nWHERE day >= :from AND day < :to AND <your scope>",
        rows=answered_rows,
        rise_is_good=False,
    )
)
