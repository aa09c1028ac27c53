"""Value tiers: which customers bring 80 % of the expected value, and which up to 95 %."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.db import connection
from django.utils.translation import gettext as _

from analytics.services.columns import Column, read_columns, write_scores
from analytics.services.slices import refresh_value_slices
from crm_site.jobs.context import JobContext

NAMES = np.array(["", "low", "medium", "high"], dtype=object)

# A customer belongs to the smallest head that reaches a share when those before them do not reach it. Exact in
# numeric; a value of 0 or less is always low and outside the sum; without a value there is no tier. Only those whose
# tier is another now are read.
TIERS = """
SELECT customer, tier FROM (SELECT customer_id AS customer, CASE WHEN clv_on IS NULL THEN 0 WHEN clv <= 0 THEN 1
    WHEN running - clv < 0.80 * total THEN 3 WHEN running - clv < 0.95 * total THEN 2 ELSE 1 END AS tier, stored
FROM (SELECT customer_id, clv, clv_on,
        CASE tier WHEN 'high' THEN 3 WHEN 'medium' THEN 2 WHEN 'low' THEN 1 ELSE 0 END AS stored,
        sum(GREATEST(clv, 0)) FILTER (WHERE clv_on IS NOT NULL)
            OVER (ORDER BY clv_on IS NULL, clv DESC, customer_id ROWS UNBOUNDED PRECEDING) AS running,
        sum(GREATEST(clv, 0)) FILTER (WHERE clv_on IS NOT NULL) OVER () AS total
    FROM customers_customerscore) ranked) found WHERE tier <> stored
"""


def assign_tiers(run: JobContext) -> dict[str, Any]:
    """Give every customer with a lifetime value its tier, and return the tiers with their customers and value."""
    found = read_columns(TIERS, [], {"customer": "int", "tier": "int"})
    columns: dict[str, tuple[str, Column]] = {"tier": ("text", NAMES[found["tier"]])}
    size = len(found["customer"])
    run.count(tiered=write_scores(run, found["customer"], columns, phase=_("Tiers"), before=0, total=size))
    refresh_value_slices()
    return tier_totals()


def tier_totals() -> dict[str, Any]:
    """Return customers and summed value of each tier."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tier, sum(customers)::bigint, sum(clv) FROM analytics_valueslice GROUP BY tier ORDER BY tier"
        )
        return {tier: {"customers": count, "clv": str(value)} for tier, count, value in cursor.fetchall()}
