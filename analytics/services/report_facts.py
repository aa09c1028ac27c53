"""Facts of the sales reports, rewritten day by day like the others: repeating it changes nothing."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from analytics.choices import Dimension
from analytics.constants import SIZE_EDGES
from analytics.kpis.periods import DAY, Period, within
from analytics.models import DealSlice, LeadDay, StageDay
from analytics.services.documents import statement_of
from analytics.services.facts import replace_days
from sales.choices import LIVE_LEADS, ChangeKind
from sales.models import Lead, Opportunity

# A deal counts once in every stage it ever stood in; each stay that ended brings its hours.
STAGES = f"""
INSERT INTO analytics_stageday (owner_id, team_id, day, stage_id, entered, here, here_value, won, lost, lost_value,
    hours)
WITH deals AS MATERIALIZED ({{rows}}),
lines AS MATERIALIZED (SELECT c.opportunity_id, c.kind, c.stage_id, c.former_stage_id, c.seconds
    FROM deals d JOIN sales_opportunitychange c ON c.opportunity_id = d.id),
stood AS (SELECT opportunity_id, stage_id FROM lines UNION SELECT id, stage_id FROM deals),
told AS (
    SELECT opportunity_id, stage_id, NULL::integer AS hours FROM stood
    UNION ALL SELECT opportunity_id, CASE kind WHEN '{ChangeKind.MOVED}' THEN former_stage_id ELSE stage_id END,
        round(seconds / 3600.0)::integer FROM lines WHERE seconds IS NOT NULL)
SELECT d.owner_id, d.team_id, (d.opened_at AT TIME ZONE %s)::date, t.stage_id, count(*) FILTER (WHERE hours IS NULL),
    count(*) FILTER (WHERE at_rest AND status = 'open'),
    COALESCE(sum(base_amount) FILTER (WHERE at_rest AND status = 'open'), 0),
    count(*) FILTER (WHERE at_rest AND status = 'won'), count(*) FILTER (WHERE at_rest AND status = 'lost'),
    COALESCE(sum(base_amount) FILTER (WHERE at_rest AND status = 'lost'), 0),
    COALESCE(array_agg(hours ORDER BY hours) FILTER (WHERE hours IS NOT NULL), '{{{{}}}}')
FROM told t JOIN deals d ON d.id = t.opportunity_id
    CROSS JOIN LATERAL (SELECT hours IS NULL AND t.stage_id = d.stage_id AS at_rest) standing
WHERE t.stage_id IS NOT NULL GROUP BY 1, 2, 3, 4
"""

# Whom a deal was lost to counts among its competitors, also where nobody listed them.
SLICES = f"""
INSERT INTO analytics_dealslice (owner_id, team_id, day, dimension, key, won, won_value, lost, lost_value)
SELECT owner_id, team_id, (closed_at AT TIME ZONE %s)::date, slice.dimension, slice.key,
    count(*) FILTER (WHERE status = 'won'), COALESCE(sum(base_amount) FILTER (WHERE status = 'won'), 0),
    count(*) FILTER (WHERE status = 'lost'), COALESCE(sum(base_amount) FILTER (WHERE status = 'lost'), 0)
FROM ({{rows}}) d CROSS JOIN LATERAL (
    VALUES ('{Dimension.REASON}', COALESCE(d.reason_id::text, '')), ('{Dimension.SOURCE}', d.source),
        ('{Dimension.SIZE}', width_bucket(d.base_amount, %s::numeric[])::text),
        ('{Dimension.PRODUCT}', COALESCE(d.product_id::text, ''))
    UNION ALL SELECT '{Dimension.COMPETITOR}', COALESCE(against.id::text, '') FROM (SELECT) one LEFT JOIN (
        SELECT competitor_id AS id FROM sales_opportunity_competitors WHERE opportunity_id = d.id
        UNION SELECT d.lost_to_id WHERE d.lost_to_id IS NOT NULL) against ON true) slice(dimension, key)
GROUP BY 1, 2, 3, 4, 5
"""

LEADS = """
INSERT INTO analytics_leadday (owner_id, team_id, day, source, received, answered, kept, missed, waiting, minutes)
SELECT owner_id, team_id, (received_at AT TIME ZONE %s)::date, source, count(*), count(response_seconds),
    count(*) FILTER (WHERE response_seconds IS NOT NULL AND first_response_at <= response_due_at),
    count(*) FILTER (WHERE response_seconds IS NOT NULL AND first_response_at > response_due_at),
    count(*) FILTER (WHERE response_seconds IS NULL AND status = ANY(%s)),
    COALESCE(array_agg(round(response_seconds / 60.0)::integer ORDER BY response_seconds)
        FILTER (WHERE response_seconds IS NOT NULL), '{{}}')
FROM ({rows}) leads GROUP BY 1, 2, 3, 4
"""


def refresh_stages(first: dt.date, last: dt.date) -> None:
    """Rewrite what became of the deals opened from `first` to `last`, both included, stage by stage."""
    rows = within(Opportunity.objects.all(), "opened_at", Period(first, last + DAY))
    columns = ("id", "owner_id", "team_id", "stage_id", "status", "base_amount", "opened_at")
    statement, params = statement_of(rows, *columns)
    given = [*params, settings.ORGANISATION_TIME_ZONE]
    replace_days(StageDay, (first, last), STAGES.format(rows=statement), given)


def refresh_deal_slices(first: dt.date, last: dt.date) -> None:
    """Rewrite how the deals that closed from `first` to `last`, both included, ended by each dimension."""
    rows = within(Opportunity.objects.closed(), "closed_at", Period(first, last + DAY))
    columns = (
        "id", "owner_id", "team_id", "closed_at", "status", "base_amount", "reason_id", "source", "product_id",
        "lost_to_id",
    )  # fmt: skip
    statement, params = statement_of(rows, *columns)
    given = [settings.ORGANISATION_TIME_ZONE, *params, list(SIZE_EDGES)]
    replace_days(DealSlice, (first, last), SLICES.format(rows=statement), given)


def refresh_leads(first: dt.date, last: dt.date) -> None:
    """Rewrite how the leads that came in from `first` to `last`, both included, were answered."""
    rows = within(Lead.objects.all(), "received_at", Period(first, last + DAY))
    columns = (
        "owner_id", "team_id", "received_at", "source", "status", "response_seconds", "first_response_at",
        "response_due_at",
    )  # fmt: skip
    statement, params = statement_of(rows, *columns)
    live = [status.value for status in LIVE_LEADS]
    given = [settings.ORGANISATION_TIME_ZONE, live, *params]
    replace_days(LeadDay, (first, last), LEADS.format(rows=statement), given)
