"""Where the demo company's customers stand by their orders, and when they moved: what the rules of the house say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm_site.demo.models import ranges_of
from customers.models import Customer

if TYPE_CHECKING:
    from crm_site.demo.writing import DemoWriter

# Moves further back would fill the history of a large company without telling anybody anything.
TOLD_DAYS = 120

FIGURES = """
SELECT customer_id, count(*) AS orders, min(ordered_at) AS first, max(ordered_at) AS last,
    (array_agg(ordered_at ORDER BY ordered_at))[8] AS eighth,
    max(ordered_at) + LEAST(interval '540 days', GREATEST(interval '180 days',
        3 * (max(ordered_at) - min(ordered_at)) / NULLIF(count(*) - 1, 0))) AS lost
FROM sales_order WHERE kind = 'order' AND status <> 'cancelled' AND customer_id BETWEEN %s AND %s GROUP BY 1
"""
STAGES = """
UPDATE customers_customer c SET stage = CASE
    WHEN o.lost < %s THEN 'churned' WHEN o.orders >= 8 THEN 'loyal'
    WHEN o.first >= %s - interval '90 days' THEN 'new' ELSE 'returning' END
FROM ({figures}) o WHERE c.id = o.customer_id
"""
MOVES = """
INSERT INTO customers_stagemove (customer_id, before, after, cause, rule_id, reason, moved_at)
SELECT customer_id, before, after, 'rule', r.id, '', moved_at FROM (
    SELECT customer_id, after, moved_at,
        lag(after, 1, 'prospect') OVER (PARTITION BY customer_id ORDER BY moved_at) AS before
    FROM ({figures}) o CROSS JOIN LATERAL (VALUES
        ('new', o.first), ('returning', CASE WHEN o.eighth < o.first + interval '90 days' THEN NULL
            ELSE o.first + interval '90 days' END),
        ('loyal', o.eighth), ('churned', o.lost)) AS step(after, moved_at)
    WHERE moved_at < %s) moves
    JOIN customers_lifecyclerule r ON r.stage = after AND r.retired_at IS NULL
WHERE moved_at >= %s - make_interval(days => %s) AND before <> after
"""


def write_stages(writer: DemoWriter) -> None:
    """Place the customers in their stages, and tell of the moves of the last months."""
    for low, high in ranges_of(Customer):
        writer.execute(STAGES.format(figures=FIGURES), writer.end, writer.end, low, high)
        writer.execute(MOVES.format(figures=FIGURES), low, high, writer.end, writer.end, TOLD_DAYS)
