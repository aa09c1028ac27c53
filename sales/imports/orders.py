"""Importing orders, a row a document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm_site.events.publishing import publish_batch
from crm_site.imports import cells
from crm_site.imports.chunks import Chunk
from crm_site.imports.kinds import Field, ImportKind, Option
from sales.choices import OrderKind, OrderStatus
from sales.events import OrdersImported
from sales.models import Order
from sales.services.importing import OrderLoader

KIND_WORDS = {
    "order": "order",
    "credit": "credit",
    "return": "credit",
    "refund": "credit",
    "订单": "order",
    "退货": "credit",
}
STATUS_WORDS = {
    "placed": "placed", "open": "placed", "pending": "placed", "completed": "completed", "complete": "completed",
    "done": "completed", "shipped": "completed", "paid": "completed", "cancelled": "cancelled",
    "canceled": "cancelled", "void": "cancelled", "已取消": "cancelled", "已完成": "completed",
}  # fmt: skip

NUMBER_ALIASES = (
    "invoiceno",
    "invoice",
    "invoice number",
    "order",
    "order id",
    "order no",
    "number",
    "订单号",
    "单号",
)
CUSTOMER_ALIASES = ("customer", "customerid", "client id", "customer number", "客户编号")
CUSTOMER_KINDS = ("people", "companies", "customers")
DATE_ALIASES = ("invoicedate", "order date", "ordered_on", "date", "日期", "下单日期")

CREATE_CUSTOMERS = Option(
    "create_customers",
    _("Create customers that are not known yet"),
    _("Otherwise rows with an unknown customer are refused."),
    default=True,
    is_flag=True,
)
CREDIT_PREFIX = Option(
    "credit_prefix",
    _("Numbers beginning with this are credits"),
    _("For example C, as in C536379. Leave empty when the file has no credits."),
)

DOCUMENT_COLUMNS = """
, NULL::bigint AS record_id, NULL::text AS search_text, false AS is_new,
false AS changed, false AS lines_differ
"""


class DocumentImport(ImportKind):
    """What files of orders have in common."""

    module = "sales"
    model = Order
    keys = ("order_number",)
    old_id = "order_number"
    working = (("customer_record", "bigint"),)
    options = (CREATE_CUSTOMERS, CREDIT_PREFIX)

    def default_options(self, header: Sequence[str]) -> dict[str, Any]:
        """Read C… as credits in files of the shape `InvoiceNo, StockCode, …`."""
        names = {name.casefold() for name in header}
        return super().default_options(header) | {"credit_prefix": "C" if "invoiceno" in names else ""}

    def settle(self, chunk: Chunk) -> tuple[OrderLoader, int]:
        """Link customers and known documents, refuse what must not be touched; return loader and new customers."""
        loader = OrderLoader(chunk.execute, chunk.rows, chunk.user)
        created = loader.make_customers() if chunk.option("create_customers") else 0
        loader.link_customers()
        self.refuse(chunk, "customer_reference IS NOT NULL AND customer_id IS NULL", "unknown_customer", "customer_id")
        loader.match()
        if chunk.user is not None and chunk.rows("SELECT 1 FROM chunk_orders WHERE record_id IS NOT NULL LIMIT 1"):
            statement, params = Order.objects.editable_by(chunk.user).order_by().values("pk").query.sql_with_params()
            condition = f"record_id IS NOT NULL AND record_id NOT IN ({statement})"
            self.refuse(chunk, condition, "foreign", "order_number", *params)
        if not chunk.may_create:
            self.leave(chunk, "record_id IS NULL", "missing")
        if not chunk.may_update:
            self.leave(chunk, "record_id IS NOT NULL", "exists")
        return loader, created

    def refuse(self, chunk: Chunk, condition: str, code: str, field: str, *params: Any) -> None:
        """Refuse all rows of the documents that meet `condition`."""
        if self._drop(chunk, condition, params):
            chunk.fail("order_number NOT IN (SELECT order_number FROM chunk_orders)", code, field)

    def leave(self, chunk: Chunk, condition: str, code: str) -> None:
        """Leave all rows of the documents that meet `condition` as they are."""
        documents = self._drop(chunk, condition, ())
        if documents:
            chunk.context.count(skipped=documents)
            chunk.skip("order_number NOT IN (SELECT order_number FROM chunk_orders)", code)

    def _drop(self, chunk: Chunk, condition: str, params: tuple[Any, ...]) -> int:
        return chunk.execute(f"DELETE FROM chunk_orders WHERE {condition}", *params)

    def report(self, chunk: Chunk, created: int) -> None:
        """Count documents and write to the rows what became of them."""
        chunk.execute(
            "UPDATE chunk SET record_id = o.record_id, is_new = o.is_new, changed = o.changed "
            "FROM chunk_orders o WHERE o.order_number = chunk.order_number"
        )
        chunk.write_custom()
        known = "SELECT count(DISTINCT record_id) FILTER (WHERE changed), count(DISTINCT record_id) FROM chunk WHERE NOT is_new"
        updated, found = chunk.rows(known)[0]
        chunk.context.count(created=created, updated=updated, skipped=found - updated)
        chunk.report()

    def publish(self, job: Any, counts: dict[str, int], user: Any) -> None:
        """Say that orders came in."""
        count = counts.get("created", 0) + counts.get("updated", 0)
        publish_batch(OrdersImported(count=count, source=f"import:{job.pk}"), user)


class OrderImport(DocumentImport):
    """A row an order or credit, with its total."""

    code = "orders"
    title = _("Orders")
    file_names = ("order", "invoice", "订单")
    turn = 40
    fields = (
        Field("order_number", _("Order number"), cells.code(), required=True, aliases=NUMBER_ALIASES),
        Field("customer_id", _("Customer's reference"), cells.code(), aliases=CUSTOMER_ALIASES, refers_to=CUSTOMER_KINDS),
        Field("customer_name", _("Customer's name"), cells.text(), aliases=("customer name", "client", "客户名称", "客户")),
        Field("ordered_on", _("Date"), cells.moment(), "timestamptz", required=True, aliases=DATE_ALIASES),
        Field("total", _("Total"), cells.decimal(4, 18), "numeric(18,4)", required=True, aliases=("amount", "value", "grand total", "金额", "合计")),
        Field("currency", _("Currency"), cells.text(3), aliases=("币种",)),
        Field("kind", _("Kind"), cells.choice(KIND_WORDS), aliases=("type", "类型"), choices=tuple(OrderKind.choices)),
        Field("status", _("Status"), cells.choice(STATUS_WORDS), aliases=("state", "状态"), choices=tuple(OrderStatus.choices)),
        Field("channel", _("Channel"), cells.text(50), aliases=("source", "渠道")),
        Field("country", _("Customer's country"), cells.text(60), aliases=("国家",)),
    )  # fmt: skip

    def load(self, chunk: Chunk) -> None:
        """Write the documents of a chunk."""
        prefix = chunk.option("credit_prefix") or None
        chunk.resolve_old_ids("customer_id", "customer_record")
        chunk.execute("DROP TABLE IF EXISTS chunk_orders")
        chunk.execute(
            "CREATE TEMPORARY TABLE chunk_orders ON COMMIT DROP AS SELECT order_number, "
            "CASE WHEN kind = 'credit' OR starts_with(order_number, %s) THEN 'credit' ELSE 'order' END AS kind, "
            "ordered_on AS ordered_at, customer_id AS customer_reference, customer_name, country, currency, "
            "CASE WHEN kind = 'credit' OR starts_with(order_number, %s) THEN -abs(total) ELSE total END AS total, "
            f"status, channel, customer_record AS customer_id {DOCUMENT_COLUMNS} FROM chunk",
            prefix,
            prefix,
        )
        loader, customers = self.settle(chunk)
        created, _updated = loader.write()
        credits = chunk.rows("SELECT count(*) FROM chunk_orders WHERE is_new AND kind = 'credit'")[0][0]
        chunk.context.count(customers_created=customers, credits_created=credits)
        self.report(chunk, created)
