"""Facts by day, rewritten as a whole from the rows: repeating it changes nothing, and nothing can drift."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model, QuerySet

from analytics.kpis.periods import DAY
from analytics.models import FirstOrderDay, SalesDay, SurveyDay
from analytics.services.documents import statement_of
from crm_site.lib.days import beginning
from customers.models import CustomerMetrics
from sales.models import Order
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
    first, last = days
    within = rows.filter(**{f"{moment}__gte": beginning(first), f"{moment}__lt": beginning(last + DAY)})
    statement, params = statement_of(within, moment, *columns)
    table = model._meta.db_table
    with transaction.atomic(), connection.cursor() as cursor:
        # One writer a month: the next one reads after the former's commit, so it cannot write back the past.
        for month in range(first.year * 12 + first.month, last.year * 12 + last.month + 1):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s), %s)", [table, month])
        cursor.execute(f"DELETE FROM {table} WHERE day BETWEEN %s AND %s", [first, last])
        cursor.execute(insert.format(rows=statement), [settings.ORGANISATION_TIME_ZONE, *params])


def months_of(table: str, column: str, fact: str) -> list[dt.date]:
    """Return the first days of the months in which a table has moments or a fact table has days."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT date_trunc('month', {column} AT TIME ZONE %s)::date FROM {table} "
            f"WHERE {column} IS NOT NULL UNION "
            f"SELECT DISTINCT date_trunc('month', day::timestamp)::date FROM {fact} ORDER BY 1",
            [settings.ORGANISATION_TIME_ZONE],
        )
        return [row[0] for row in cursor.fetchall()]
