"""Keeping what the forecast is today: one set of rows for each day, written in one statement."""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction

from crm_site.lib.days import beginning
from sales.selectors.periods import ForecastPeriod

# Deals that are open and count, by the month in which they should close; and what was won since the quarter began.
WRITE = """
INSERT INTO sales_forecastsnapshot (day, month, owner_id, team_id, category, count, amount, weighted)
SELECT %(day)s, date_trunc('month', expected_close)::date, owner_id, team_id, category, count(*), sum(base_amount),
    sum(base_weighted)
FROM sales_opportunity WHERE status = 'open' AND category <> 'omitted' GROUP BY 2, 3, 4, 5
UNION ALL
SELECT %(day)s, date_trunc('month', closed_at AT TIME ZONE %(zone)s)::date, owner_id, team_id, 'won', count(*),
    sum(base_amount), sum(base_amount)
FROM sales_opportunity WHERE status = 'won' AND closed_at >= %(since)s GROUP BY 2, 3, 4, 5
"""


def snapshot_forecast(day: dt.date, zone: str) -> int:
    """Write down the forecast as it is, under a day; what was written under that day before is replaced."""
    since = beginning(ForecastPeriod.read("", day).start)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('sales_forecastsnapshot'))")
        cursor.execute("DELETE FROM sales_forecastsnapshot WHERE day = %s", [day])
        cursor.execute(WRITE, {"day": day, "zone": zone, "since": since})
        return int(cursor.rowcount)
