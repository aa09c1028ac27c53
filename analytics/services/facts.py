"""Facts by day, rewritten as a whole from the rows: repeating it changes nothing, and nothing can drift."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model, QuerySet

from analytics.kpis.periods import DAY
from analytics.models import DealDay, FirstOrderDay, SalesDay, SurveyDay
from analytics.services.documents import statement_of
from crm_site.lib.days import beginning
from customers.models import CustomerMetrics
from sales.models import Opportunity, Order
from service.models import SurveyAnswer

SALES = """
INSERT INTO analytics_salesday (owner_id, team_id, day, orders, order_revenue, order_squares, credits,
    credit_revenue, walk_ins)
SELECT owner_id, team_id, (ordered_at AT TIME ZONE %s)::date, count(*) FILTER (WHERE kind = 'order'),
    COALESCE(sum(base_total) FILTER (WHERE kind = 'order'), 0),
    COALESCE(sum(base_total::float8 ^ 2) FILTER (WHERE kind = 'order'), 0),
    count(*) FILTER (WHERE kind = 'credit'), COALESCE(sum(base_total) FILTER (WHERE kind = 'credit'), 0),
    count(*) FILTER (WHERE kind = 'order' AND customer_id IS NULL)
FROM ({rows}) documents GROUP BY 1, 2, 3
"""

# An opening counts on its day, an end on its own: a deal may be in two rows.
DEALS = """
INSERT INTO analytics_dealday (owner_id, team_id, pipeline_id, day, opened, opened_value, won, won_value, won_squares,
    won_days, won_day_squares, lost, lost_value, lost_days)
SELECT owner_id, team_id, pipeline_id, day, count(*) FILTER (WHERE what = 'opened'),
    COALESCE(sum(base_amount) FILTER (WHERE what = 'opened'), 0), count(*) FILTER (WHERE what = 'won'),
    COALESCE(sum(base_amount) FILTER (WHERE what = 'won'), 0),
    COALESCE(sum(base_amount::float8 ^ 2) FILTER (WHERE what = 'won'), 0),
    COALESCE(sum(days) FILTER (WHERE what = 'won'), 0), COALESCE(sum(days * days) FILTER (WHERE what = 'won'), 0),
    count(*) FILTER (WHERE what = 'lost'), COALESCE(sum(base_amount) FILTER (WHERE what = 'lost'), 0),
    COALESCE(sum(days) FILTER (WHERE what = 'lost'), 0)
FROM (SELECT owner_id, team_id, pipeline_id, base_amount, 'opened' AS what, (opened_at AT TIME ZONE z)::date AS day,
        0::bigint AS days FROM ({opened}) o, (SELECT %s AS z) zone
    UNION ALL SELECT owner_id, team_id, pipeline_id, base_amount, status, (closed_at AT TIME ZONE z)::date,
        (closed_at AT TIME ZONE z)::date - (opened_at AT TIME ZONE z)::date FROM ({closed}) c, (SELECT %s AS z) zone
    ) deals GROUP BY 1, 2, 3, 4
"""

ANSWERS = """
INSERT INTO analytics_surveyday (owner_id, team_id, day, kind, score, answers)
SELECT owner_id, team_id, (answered_at AT TIME ZONE %s)::date, kind, score, count(*)
FROM ({rows}) answers GROUP BY 1, 2, 3, 4, 5
"""

FIRST_ORDERS = """
INSERT INTO analytics_firstorderday (owner_id, team_id, day, customers, repeaters)
SELECT customer__owner_id, customer__team_id, (first_order_at AT TIME ZONE %s)::date, count(*),
    count(*) FILTER (WHERE orders_count > 1)
FROM ({rows}) customers(first_order_at, orders_count, customer__owner_id, customer__team_id) GROUP BY 1, 2, 3
"""


def refresh_sales(first: dt.date, last: dt.date) -> None:
    """Rewrite the sales facts of the days from `first` to `last`, both included."""
    rows = Order.objects.counted()
    _rewrite(
        SalesDay, SALES, rows, "ordered_at", (first, last), "owner_id", "team_id", "customer_id", "kind", "base_total"
    )


def refresh_deals(first: dt.date, last: dt.date) -> None:
    """Rewrite the facts of opportunities of the days from `first` to `last`, both included."""
    columns = ("owner_id", "team_id", "pipeline_id", "base_amount", "status", "opened_at", "closed_at")
    ends = (beginning(first), beginning(last + DAY))
    opened, opened_params = statement_of(
        Opportunity.objects.filter(opened_at__gte=ends[0], opened_at__lt=ends[1]), *columns
    )
    closed, closed_params = statement_of(
        Opportunity.objects.closed().filter(closed_at__gte=ends[0], closed_at__lt=ends[1]), *columns
    )
    zone = settings.ORGANISATION_TIME_ZONE
    # The zones stand behind the rows they belong to.
    statement = DEALS.format(opened=opened, closed=closed)
    replace_days(DealDay, (first, last), statement, [*opened_params, zone, *closed_params, zone])


def refresh_answers(first: dt.date, last: dt.date) -> None:
    """Rewrite the survey facts of the days from `first` to `last`, both included."""
    rows = SurveyAnswer.objects.all()
    _rewrite(SurveyDay, ANSWERS, rows, "answered_at", (first, last), "owner_id", "team_id", "kind", "score")


def refresh_first_orders(first: dt.date, last: dt.date) -> None:
    """Rewrite the first-order facts of the days from `first` to `last`, both included, from the live counters."""
    rows = CustomerMetrics.objects.all()
    columns = ("orders_count", "customer__owner_id", "customer__team_id")
    _rewrite(FirstOrderDay, FIRST_ORDERS, rows, "first_order_at", (first, last), *columns)


def _rewrite(
    model: type[Model], insert: str, rows: QuerySet[Any], moment: str, days: tuple[dt.date, dt.date], *columns: str
) -> None:
    within = rows.filter(**{f"{moment}__gte": beginning(days[0]), f"{moment}__lt": beginning(days[1] + DAY)})
    statement, params = statement_of(within, moment, *columns)
    replace_days(model, days, insert.format(rows=statement), [settings.ORGANISATION_TIME_ZONE, *params])


def replace_days(model: type[Model], days: tuple[dt.date, dt.date], insert: str, params: list[Any]) -> None:
    """Rewrite the facts of some days by a statement."""
    (first, last), table = days, model._meta.db_table
    with transaction.atomic(), connection.cursor() as cursor:
        # One writer a month: the next one reads after the former's commit, so it cannot write back the past.
        for month in range(first.year * 12 + first.month, last.year * 12 + last.month + 1):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s), %s)", [table, month])
        cursor.execute(f"DELETE FROM {table} WHERE day BETWEEN %s AND %s", [first, last])
        cursor.execute(insert, params)


def months_of(table: str, columns: Sequence[str], fact: str) -> list[dt.date]:
    """Return the first days of the months in which a table has moments or a fact table has days."""
    moments = " UNION ".join(
        f"SELECT date_trunc('month', {column} AT TIME ZONE %s)::date FROM {table} WHERE {column} IS NOT NULL"
        for column in columns
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"{moments} UNION SELECT date_trunc('month', day::timestamp)::date FROM {fact} ORDER BY 1",
            [settings.ORGANISATION_TIME_ZONE] * len(columns),
        )
        return [row[0] for row in cursor.fetchall()]
