"""The demo company's targets, what the forecast was on the last ninety days, and what its manager makes of it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings

from crm_site.demo.registry import register_reading_part
from sales.demo import opportunities  # noqa: F401 - its part comes before this one
from sales.models import ForecastAdjustment, ForecastSnapshot, Opportunity, SalesTarget
from sales.selectors.forecast import figure_of
from sales.selectors.periods import ForecastPeriod, months_on

if TYPE_CHECKING:
    from crm_site.demo.writing import DemoWriter

SNAPSHOT_DAYS, STEP_LARGE = 90, 7
# What somebody won in a usual month of the last year, and a tenth more, in full thousands.
TARGET_COLUMNS = "month, owner_id, team_id, amount, version, created_at, updated_at"
TARGETS = """
SELECT m.month::date, u.id, u.team_id,
    greatest(1, round(coalesce(w.won, 0) / 12 * (1.1 + 0.05 * (extract(month FROM m.month)::int %% 3)) / 1000)) * 1000,
    1, %(at)s, %(at)s
FROM staff_user u CROSS JOIN generate_series(%(first)s::date, %(last)s::date, interval '1 month') m(month)
LEFT JOIN (SELECT owner_id, sum(base_amount) AS won FROM sales_opportunity
    WHERE status = 'won' AND closed_at >= %(year)s GROUP BY 1) w ON w.owner_id = u.id
WHERE u.id = ANY(%(people)s) ORDER BY u.id, m.month
ON CONFLICT DO NOTHING
"""
# The deals as they stood on each day: open ones in the category of their stage, and what was won in the quarter.
SNAPSHOT_COLUMNS = "day, month, owner_id, team_id, category, count, amount, weighted"
SNAPSHOTS = """
WITH days AS (SELECT day::date AS day, (day::date + 1)::timestamp AT TIME ZONE %(zone)s AS midnight
    FROM generate_series(%(first)s::date, %(last)s::date, make_interval(days => %(step)s)) day)
SELECT d.day, date_trunc('month', o.expected_close)::date, o.owner_id, o.team_id, s.category, count(*),
    sum(o.base_amount), sum(o.base_amount * s.probability / 100)
FROM days d JOIN sales_opportunity o ON o.opened_at < d.midnight AND (o.closed_at IS NULL OR o.closed_at >= d.midnight)
JOIN sales_stage s ON s.id = o.stage_id
WHERE s.category <> 'omitted' AND o.expected_close >= %(from)s AND o.expected_close < %(until)s GROUP BY 1, 2, 3, 4, 5
UNION ALL
SELECT d.day, date_trunc('month', o.closed_at AT TIME ZONE %(zone)s)::date, o.owner_id, o.team_id, 'won', count(*),
    sum(o.base_amount), sum(o.base_amount)
FROM days d JOIN sales_opportunity o ON o.status = 'won' AND o.closed_at < d.midnight
    AND o.closed_at >= date_trunc('quarter', d.day::timestamp) AT TIME ZONE %(zone)s GROUP BY 1, 2, 3, 4
ON CONFLICT DO NOTHING
"""
NOTES = (
    ("team", "commit", 0.9, "Two of these always close a week late."),
    ("person", "best_case", 1.15, "The trade fair brought more than the stages say."),
)


@register_reading_part(Opportunity)
def write_forecast(writer: DemoWriter) -> None:
    """Write targets, snapshots and two adjustments."""
    people = writer.holding("rep", "team-lead")
    period = ForecastPeriod.read("", writer.day)
    months = months_on(dt.date(writer.day.year, 1, 1), -12), dt.date(writer.day.year + 1, 12, 1)
    writer.insert(
        SalesTarget, TARGET_COLUMNS, TARGETS, first=months[0], last=months[1], at=writer.end,
        year=writer.end - dt.timedelta(days=365), people=[one.pk for one in people],
    )  # fmt: skip
    writer.insert(
        ForecastSnapshot, SNAPSHOT_COLUMNS, SNAPSHOTS, zone=settings.ORGANISATION_TIME_ZONE,
        first=writer.day - dt.timedelta(days=SNAPSHOT_DAYS), last=writer.day - dt.timedelta(days=1),
        step=STEP_LARGE if writer.size.code == "L" else 1, until=period.moved(1).end,
        **{"from": period.start},
    )  # fmt: skip
    _write_adjustments(writer, period)


def _write_adjustments(writer: DemoWriter, period: ForecastPeriod) -> None:
    """Let the manager speak of the quarter of the first person's team, and of that person."""
    person, manager = writer.people["rep"][0], writer.people["manager"][0]
    made = []
    for kind, level, factor, note in NOTES:
        owner = person if kind == "person" else None
        computed = figure_of(period, person.team, owner, level)
        facts = {"start": period.start, "months": period.months, "team": person.team, "owner": owner, "level": level}
        if computed and not ForecastAdjustment.objects.filter(**facts).exists():
            amount = round(float(computed) * factor, -2)
            one = ForecastAdjustment(**facts, amount=amount, computed=computed, note=note, author=manager)
            one.save()
            made.append(one.pk)
    writer.mark(ForecastAdjustment, made)
