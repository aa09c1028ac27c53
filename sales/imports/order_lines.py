"""Importing order lines: rows grouped by order number; makes products and customers as needed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm_site.imports import cells
from crm_site.imports.chunks import Chunk
from crm_site.imports.kinds import Field
from sales.imports.orders import (
    CUSTOMER_ALIASES,
    CUSTOMER_KINDS,
    DATE_ALIASES,
    DOCUMENT_COLUMNS,
    NUMBER_ALIASES,
    DocumentImport,
)
from sales.services.importing import create_named_products

DOCUMENTS = f"""
CREATE TEMPORARY TABLE chunk_orders ON COMMIT DROP AS
SELECT order_number, CASE WHEN starts_with(order_number, %s) THEN 'credit' ELSE 'order' END AS kind,
    min(ordered_at) AS ordered_at, min(customer_id) AS customer_reference, min(customer_name) AS customer_name,
    min(country) AS country, min(currency) AS currency, NULL::text AS status, min(channel) AS channel,
    min(customer_record) AS customer_id, count(DISTINCT customer_id) AS customers, 0::numeric(18,4) AS total,
    NULL::text AS digest {DOCUMENT_COLUMNS}
FROM chunk GROUP BY order_number
"""

LINE = "concat_ws('|', {product}, trim_scale({quantity}), trim_scale({unit_price}))"
DIGEST = "md5(string_agg(" + LINE + ", ',' ORDER BY " + LINE + "))"

TOTALS = f"""
UPDATE chunk_orders o SET total = s.total, digest = s.digest FROM (
    SELECT order_number, sum(amount) AS total, {DIGEST.format(product="product_id", quantity="quantity", unit_price="unit_price")} AS digest
    FROM chunk_lines GROUP BY order_number) s
WHERE s.order_number = o.order_number
"""

COMPARE = f"""
UPDATE chunk_orders o SET lines_differ = o.digest IS DISTINCT FROM s.digest FROM (
    SELECT k.record_id, {DIGEST.format(product="l.product_id", quantity="l.quantity", unit_price="l.unit_price")} AS digest
    FROM chunk_orders k LEFT JOIN sales_orderline l ON l.order_id = k.record_id
    WHERE k.record_id IS NOT NULL GROUP BY k.record_id) s
WHERE s.record_id = o.record_id
"""

LINES = """
CREATE TEMPORARY TABLE chunk_lines ON COMMIT DROP AS
SELECT c.order_number, c.line, p.id AS product_id, COALESCE(c.description, p.name, '') AS description,
    q.quantity, COALESCE(c.unit_price, 0) AS unit_price,
    (q.quantity * COALESCE(c.unit_price, 0))::numeric(18,4) AS amount
FROM chunk c JOIN chunk_orders o ON o.order_number = c.order_number
LEFT JOIN sales_product p ON p.sku = c.product_code
CROSS JOIN LATERAL (SELECT CASE o.kind WHEN 'credit' THEN -abs(COALESCE(c.quantity, 1))
    ELSE COALESCE(c.quantity, 1) END AS quantity) q
"""

INSERT_LINES = """
INSERT INTO sales_orderline (order_id, position, product_id, description, quantity, unit_price)
SELECT o.record_id, row_number() OVER (PARTITION BY o.record_id ORDER BY l.line), l.product_id, l.description,
    l.quantity, l.unit_price
FROM chunk_lines l JOIN chunk_orders o ON o.order_number = l.order_number
WHERE o.is_new OR (o.changed AND o.lines_differ)
"""


class OrderLineImport(DocumentImport):
    """A row a line; lines with one number are one order, dated by the earliest of them."""

    code = "order_lines"
    title = _("Order lines")
    telling = ("product_code", "unit_price", "quantity")
    file_names = ("line", "position", "明细")
    turn = 45
    groups_rows = True
    chunk_size = 1000
    fields = (
        Field("order_number", _("Order number"), cells.code(), required=True, aliases=NUMBER_ALIASES),
        Field("product_code", _("Product code"), cells.code(), aliases=("stockcode", "sku", "product", "item", "货号", "产品编号")),
        Field("description", _("Description"), cells.text(), aliases=("product name", "name", "产品名称", "名称")),
        Field("quantity", _("Quantity"), cells.decimal(3), "numeric(14,3)", aliases=("qty", "数量")),
        Field("ordered_at", _("Date"), cells.moment(), "timestamptz", required=True, aliases=DATE_ALIASES),
        Field("unit_price", _("Unit price"), cells.decimal(4), "numeric(14,4)", aliases=("unitprice", "price", "单价")),
        Field("customer_id", _("Customer's reference"), cells.code(), aliases=CUSTOMER_ALIASES, refers_to=CUSTOMER_KINDS),
        Field("customer_name", _("Customer's name"), cells.text(), aliases=("customer name", "client", "客户名称", "客户")),
        Field("country", _("Customer's country"), cells.text(60), aliases=("国家",)),
        Field("currency", _("Currency"), cells.text(3), aliases=("币种",)),
        Field("channel", _("Channel"), cells.text(50), aliases=("渠道",)),
    )  # fmt: skip

    def load(self, chunk: Chunk) -> None:
        """Write the documents of a chunk with their lines."""
        for table in ("chunk_orders", "chunk_lines"):
            chunk.execute(f"DROP TABLE IF EXISTS {table}")
        chunk.resolve_old_ids("customer_id", "customer_record")
        chunk.execute(DOCUMENTS, chunk.option("credit_prefix") or None)
        self.refuse(chunk, "customers > 1", "conflict", "customer_id")
        loader, customers = self.settle(chunk)
        products = self._make_products(chunk)
        chunk.execute(LINES)
        chunk.execute(TOTALS)
        chunk.execute(COMPARE)
        created, _updated = loader.write()
        chunk.execute(
            "DELETE FROM sales_orderline l USING chunk_orders o "
            "WHERE l.order_id = o.record_id AND o.changed AND o.lines_differ"
        )
        lines = chunk.execute(INSERT_LINES)
        credits = chunk.rows("SELECT count(*) FROM chunk_orders WHERE is_new AND kind = 'credit'")[0][0]
        chunk.context.count(
            customers_created=customers,
            products_created=products,
            credits_created=credits,
            lines_written=lines,
        )
        self.report(chunk, created)

    def _make_products(self, chunk: Chunk) -> int:
        """Create unknown products, named and priced by the commonest of their lines."""
        found = chunk.rows(
            "SELECT product_code, COALESCE(mode() WITHIN GROUP (ORDER BY description), product_code), "
            "COALESCE(mode() WITHIN GROUP (ORDER BY unit_price) FILTER (WHERE unit_price > 0), 0) FROM chunk "
            "WHERE product_code IS NOT NULL AND NOT EXISTS (SELECT 1 FROM sales_product p WHERE p.sku = product_code) "
            "GROUP BY product_code"
        )
        return create_named_products(chunk.rows, found)
