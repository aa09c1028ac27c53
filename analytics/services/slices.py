"""Summaries of scores by owner and team, rewritten from the scores as they stand."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction

from analytics.constants import VALUE_EDGES

RFM = """
INSERT INTO analytics_rfmslice (owner_id, team_id, r, f, segment, customers, revenue)
SELECT c.owner_id, c.team_id, s.r, s.f, s.segment, count(*), sum(m.net_revenue)
FROM customers_customerscore s JOIN customers_customer c ON c.id = s.customer_id
    JOIN customers_customermetrics m ON m.customer_id = s.customer_id
WHERE s.r IS NOT NULL GROUP BY 1, 2, 3, 4, 5
"""

VALUES = """
INSERT INTO analytics_valueslice (owner_id, team_id, tier, bin, customers, alive, purchases, clv)
SELECT c.owner_id, c.team_id, s.tier, width_bucket(s.clv, %s::numeric[]), count(*), sum(s.p_alive),
    sum(s.expected_purchases), sum(s.clv)
FROM customers_customerscore s JOIN customers_customer c ON c.id = s.customer_id
WHERE s.clv_on IS NOT NULL GROUP BY 1, 2, 3, 4
"""


def refresh_rfm_slices() -> None:
    """Rewrite the customers by recency and frequency."""
    _rewrite("analytics_rfmslice", RFM, [])


def refresh_value_slices() -> None:
    """Rewrite the customers by tier and bin of value."""
    _rewrite("analytics_valueslice", VALUES, [list(VALUE_EDGES)])


def _rewrite(table: str, insert: str, params: list[Any]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [table])
        cursor.execute(f"DELETE FROM {table}")
        cursor.execute(insert, params)
