"""The live counters of customers, computed again from the rows whenever something changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import connection, transaction

from analytics.services.documents import Statement, statement_of
from analytics.services.facts import refresh_first_orders
from analytics.services.health import refresh_health
from crm_site.events.publishing import publish
from crm_site.lib.days import organisation_day
from customers.events import CustomerFiguresRefreshed
from sales.models import Order

COUNTED = """
    SELECT c.id AS customer_id, COALESCE(o.orders, 0) AS orders, COALESCE(o.credits, 0) AS credits,
        COALESCE(o.revenue, 0) AS revenue, o.first_at, o.last_at, a.nps, a.csat
    FROM {customers} AS c(id)
    LEFT JOIN (
        SELECT customer_id, count(*) FILTER (WHERE kind = 'order') AS orders,
            count(*) FILTER (WHERE kind = 'credit') AS credits, sum(base_total) AS revenue,
            min(ordered_at) FILTER (WHERE kind = 'order') AS first_at,
            max(ordered_at) FILTER (WHERE kind = 'order') AS last_at
        FROM ({documents}) documents WHERE {asked} GROUP BY customer_id) o ON o.customer_id = c.id
    LEFT JOIN (
        SELECT customer_id, max(score) FILTER (WHERE kind = 'nps') AS nps,
            max(score) FILTER (WHERE kind = 'csat') AS csat
        FROM (SELECT DISTINCT ON (customer_id, kind) customer_id, kind, score FROM service_surveyanswer
            WHERE {asked} ORDER BY customer_id, kind, answered_at DESC, id DESC) latest
        GROUP BY customer_id) a ON a.customer_id = c.id
"""
DIFFERENT = """
    (m.orders_count, m.credits_count, m.net_revenue, m.first_order_at, m.last_order_at, m.last_nps, m.last_csat)
    IS DISTINCT FROM (d.orders, d.credits, d.revenue, d.first_at, d.last_at, d.nps, d.csat)
"""
REFRESH = f"""
UPDATE customers_customermetrics m SET orders_count = d.orders, credits_count = d.credits,
    net_revenue = d.revenue, first_order_at = d.first_at, last_order_at = d.last_at,
    last_order_key = COALESCE(extract(epoch FROM d.last_at)::bigint, 0), last_nps = d.nps, last_csat = d.csat
FROM ({COUNTED}) d WHERE m.customer_id = d.customer_id AND {DIFFERENT}
"""
STALE = f"""
SELECT d.customer_id FROM ({COUNTED}) d LEFT JOIN customers_customermetrics m ON m.customer_id = d.customer_id
LEFT JOIN customers_customerscore s ON s.customer_id = d.customer_id
WHERE m.customer_id IS NULL OR s.customer_id IS NULL OR {DIFFERENT} ORDER BY 1
"""


def refresh_customers(ids: Sequence[int], *, with_days: bool = True) -> int:
    """Compute the counters of these customers again, the first-order facts they touch and their health.

    Returns the rows changed.

    The rows are locked before anything is read: of two refreshes of one customer the later one sees all that
    the earlier one saw, so the last word is right. `with_days=False` leaves facts and health to the caller.
    """
    keys = sorted(set(ids))
    if not keys:
        return 0
    documents, params = _documents()
    with transaction.atomic(), connection.cursor() as cursor:
        _ensure_rows(keys)
        former = _first_orders(keys, lock=True)
        wanted = {"customers": "unnest(%s::bigint[])", "documents": documents, "asked": "customer_id = ANY(%s)"}
        cursor.execute(REFRESH.format(**wanted), [keys, *params, keys, keys])
        changed = int(cursor.rowcount)
        if with_days:
            days = {organisation_day(at) for at in former | _first_orders(keys, lock=False)}
            for day in sorted(days):
                refresh_first_orders(day, day)
            refresh_health(keys)
            publish(CustomerFiguresRefreshed(customer_ids=",".join(map(str, keys))))
    return changed


def stale_customers(first: int, last: int) -> list[int]:
    """Return which customers, from the first key to the last, have counters that their rows do not give, or none.

    It only reads: a nightly rebuild that finds everything counted locks nobody and writes nothing.
    """
    documents, params = _documents()
    among = {
        "customers": "(SELECT id FROM customers_customer WHERE id BETWEEN %s AND %s)",
        "documents": documents,
        "asked": "customer_id BETWEEN %s AND %s",
    }
    ends = [first, last]
    with connection.cursor() as cursor:
        cursor.execute(STALE.format(**among), [*ends, *params, *ends, *ends])
        return [row[0] for row in cursor.fetchall()]


def count_everybody() -> int:
    """Compute the counters of all customers by one statement, for a base in which nobody works yet."""
    documents, params = _documents()
    everybody = {
        "customers": "(SELECT customer_id FROM customers_customermetrics)",
        "documents": documents,
        "asked": "customer_id IS NOT NULL",
    }
    with connection.cursor() as cursor:
        cursor.execute(REFRESH.format(**everybody), list(params))
        return int(cursor.rowcount)


def _documents() -> Statement:
    return statement_of(Order.objects.counted(), "customer_id", "kind", "ordered_at", "base_total")


def _ensure_rows(keys: Sequence[int]) -> None:
    """Give every customer the two rows that lists join, should one be missing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO customers_customermetrics (customer_id, orders_count, credits_count, net_revenue, "
            "last_order_key) SELECT id, 0, 0, 0, 0 FROM customers_customer WHERE id = ANY(%s) "
            "AND NOT EXISTS (SELECT 1 FROM customers_customermetrics m WHERE m.customer_id = customers_customer.id) "
            "ON CONFLICT DO NOTHING",
            [list(keys)],
        )
        cursor.execute(
            "INSERT INTO customers_customerscore (customer_id, segment, clv, tier) SELECT id, '', 0, '' "
            "FROM customers_customer WHERE id = ANY(%s) AND NOT EXISTS (SELECT 1 FROM customers_customerscore s "
            "WHERE s.customer_id = customers_customer.id) ON CONFLICT DO NOTHING",
            [list(keys)],
        )


def _first_orders(keys: Sequence[int], *, lock: bool) -> set[dt.datetime]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT first_order_at FROM customers_customermetrics WHERE customer_id = ANY(%s) ORDER BY customer_id"
            + (" FOR NO KEY UPDATE" if lock else ""),
            [list(keys)],
        )
        return {row[0] for row in cursor.fetchall() if row[0] is not None}
