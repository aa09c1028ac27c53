"""Set-based writing of orders from temporary tables, shared by the kinds of files that bring orders.

`chunk_orders` holds one row per document: order_number, kind, ordered_at, customer_reference, customer_name,
country, currency, total, status, channel, lines_digest, record_id, customer_id (where it is known by an old id),
is_new, changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings

from crm_site.lib.text import search_text, sort_key
from customers.services.import_naming import create_named_customers
from customers.services.timeline import insert_activities

if TYPE_CHECKING:
    from crm_site.staff.models import User

Execute = Callable[..., int]
Rows = Callable[..., list[tuple[Any, ...]]]

INSERT_ORDERS = """
INSERT INTO sales_order (id, number, kind, status, customer_id, credited_order_id, ordered_at, currency,
    exchange_rate, total, base_total, paid_total, channel, note, search_text, owner_id, team_id, version,
    created_at, updated_at)
SELECT o.record_id, order_number, o.kind, COALESCE(o.status, 'completed'), o.customer_id, NULL, o.ordered_at,
    COALESCE(o.currency, %s), 1, o.total, o.total, 0, COALESCE(o.channel, ''), '', o.search_text,
    COALESCE(c.owner_id, %s), COALESCE(c.team_id, %s), 1, now(), now()
FROM chunk_orders o LEFT JOIN customers_customer c ON c.id = o.customer_id WHERE o.is_new
"""

UPDATE_ORDERS = """
WITH done AS (
    UPDATE sales_order s SET ordered_at = o.ordered_at, total = o.total, base_total = o.total * s.exchange_rate,
        customer_id = o.customer_id, status = COALESCE(o.status, s.status), search_text = o.search_text,
        currency = COALESCE(o.currency, s.currency), channel = COALESCE(o.channel, s.channel),
        version = s.version + 1, updated_at = now()
    FROM chunk_orders o WHERE s.id = o.record_id AND NOT o.is_new AND (
        s.ordered_at <> o.ordered_at OR s.total <> o.total OR s.customer_id IS DISTINCT FROM o.customer_id
        OR s.status <> COALESCE(o.status, s.status) OR s.currency <> COALESCE(o.currency, s.currency)
        OR s.channel <> COALESCE(o.channel, s.channel) OR o.lines_differ)
    RETURNING s.id)
UPDATE chunk_orders SET changed = true FROM done WHERE done.id = record_id
"""

ACTIVITIES = """
SELECT customer_id, CASE kind WHEN 'credit' THEN 'order.credited' ELSE 'order.placed' END, ordered_at,
    NULL::bigint, 'order', record_id, jsonb_build_object('number', order_number,
    'total', total::text, 'currency', COALESCE(currency, %s)), ''
FROM chunk_orders WHERE is_new AND customer_id IS NOT NULL
"""


class OrderLoader:
    """Writes the documents of one chunk; `execute` and `rows` run SQL in the chunk's transaction."""

    def __init__(self, execute: Execute, rows: Rows, user: User | None) -> None:
        self.execute = execute
        self.rows = rows
        self.user = user

    def make_customers(self) -> int:
        """Create the customers that documents name by an unknown reference; return how many."""
        self.execute("DROP TABLE IF EXISTS chunk_customers")
        self.execute(
            "CREATE TEMPORARY TABLE chunk_customers ON COMMIT DROP AS SELECT DISTINCT ON (customer_reference) "
            "customer_reference AS reference, customer_name AS name, country FROM chunk_orders "
            "WHERE customer_reference IS NOT NULL AND customer_id IS NULL "
            "ORDER BY customer_reference, ordered_at, order_number"
        )
        return create_named_customers(self.execute, self.rows, self.user)

    def link_customers(self) -> None:
        """Find each document's customer by reference; documents without one are walk-in sales."""
        self.execute(
            "UPDATE chunk_orders SET customer_id = c.id, customer_name = c.name FROM customers_customer c "
            "WHERE CASE WHEN customer_id IS NULL THEN c.reference = customer_reference ELSE c.id = customer_id END"
        )

    def match(self) -> None:
        """Find the documents that exist already, by number."""
        self.execute("UPDATE chunk_orders SET record_id = s.id FROM sales_order s WHERE s.number = order_number")

    def write(self) -> tuple[int, int]:
        """Create new documents with their timeline entries, update known ones; return both counts."""
        created = self.execute(
            "UPDATE chunk_orders SET record_id = nextval(pg_get_serial_sequence('sales_order', 'id')), "
            "is_new = true WHERE record_id IS NULL"
        )
        self._derive()
        user_id, team_id = (self.user.pk, self.user.team_id) if self.user else (None, None)
        self.execute(INSERT_ORDERS, settings.BASE_CURRENCY, user_id, team_id)
        updated = self.execute(UPDATE_ORDERS)
        insert_activities(ACTIVITIES, [settings.BASE_CURRENCY])
        return created, updated

    def _derive(self) -> None:
        found = self.rows("SELECT order_number, customer_name FROM chunk_orders")
        self.execute(
            "UPDATE chunk_orders SET search_text = d.text FROM unnest(%s::text[], %s::text[]) AS d(number, text) "
            "WHERE d.number = order_number",
            [row[0] for row in found],
            [search_text([row[0], row[1] or ""]) for row in found],
        )


def derive_products(found: Iterable[tuple[Any, ...]]) -> tuple[list[str], list[str], list[str]]:
    """Return codes, search texts and sort keys of (code, name, category) rows."""
    rows = list(found)
    texts = [search_text([name, sku, category]) for sku, name, category in rows]
    return [row[0] for row in rows], texts, [sort_key(name)[:200] for _sku, name, _category in rows]


def create_named_products(rows: Rows, found: Iterable[tuple[str, str, Any]]) -> int:
    """Create products of (code, name, price) rows that nobody knows; return how many."""
    wanted = list(found)
    if not wanted:
        return 0
    skus, texts, keys = derive_products((sku, name, "") for sku, name, _price in wanted)
    created = rows(
        "INSERT INTO sales_product (sku, name, category, unit_price, currency, is_active, description, version, "
        "created_at, updated_at, search_text, sort_key) SELECT sku, name, '', price, %s, true, '', 1, now(), now(), "
        "search, key FROM unnest(%s::text[], %s::text[], %s::numeric[], %s::text[], %s::text[]) "
        "AS n(sku, name, price, search, key) ON CONFLICT (sku) DO NOTHING RETURNING id",
        settings.BASE_CURRENCY,
        skus,
        [row[1] for row in wanted],
        [row[2] for row in wanted],
        texts,
        keys,
    )
    return len(created)
