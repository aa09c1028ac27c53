"""Importing products."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from crm_site.events.publishing import publish_batch
from crm_site.imports import cells
from crm_site.imports.chunks import Chunk
from crm_site.imports.kinds import Field, ImportKind
from sales.events import ProductsImported
from sales.models import Product
from sales.services.importing import derive_products

INSERT = """
INSERT INTO sales_product (id, sku, name, category, unit_price, currency, is_active, description, version,
    created_at, updated_at, search_text, sort_key)
SELECT record_id, sku, COALESCE(name, sku), COALESCE(category, ''), COALESCE(unit_price, 0),
    COALESCE(currency, %s), COALESCE(is_active, true), COALESCE(description, ''), 1, now(), now(),
    search_text, sort_key FROM chunk WHERE is_new
"""


class ProductImport(ImportKind):
    """A row a product, found by its code."""

    code = "products"
    title = _("Products")
    file_names = ("product", "item", "artikel", "产品")
    turn = 30
    module = "sales"
    model = Product
    keys = ("sku",)
    old_id = "sku"
    working = (("search_text", "text"), ("sort_key", "text"))
    fields = (
        Field("sku", _("Product code"), cells.code(), required=True, aliases=("code", "product", "product id", "stockcode", "item", "产品编号", "货号")),
        Field("name", _("Name"), cells.text(), aliases=("product name", "description", "title", "产品名称", "名称")),
        Field("category", _("Category"), cells.text(100), aliases=("series", "product type", "类别")),
        Field("unit_price", _("Unit price"), cells.decimal(4), "numeric(14,4)", aliases=("price", "sales price", "list price", "单价", "价格")),
        Field("currency", _("Currency"), cells.text(3), aliases=("币种",)),
        Field("is_active", _("Can be sold"), cells.flag(), "boolean", aliases=("active", "status")),
        Field("description", _("Description"), cells.text(2000, multiline=True), aliases=("details", "long description", "说明")),
    )  # fmt: skip

    def load(self, chunk: Chunk) -> None:
        """Match, create and update the products of a chunk."""
        chunk.execute(
            "UPDATE chunk SET record_id = p.id FROM sales_product p WHERE p.sku = chunk.sku AND record_id IS NULL"
        )
        chunk.refuse_foreign(Product)
        chunk.apply_mode()
        created = chunk.execute(
            "UPDATE chunk SET record_id = nextval(pg_get_serial_sequence('sales_product', 'id')), is_new = true "
            "WHERE record_id IS NULL"
        )
        self._derive(chunk, "SELECT sku, COALESCE(name, sku), COALESCE(category, '') FROM chunk WHERE is_new")
        chunk.execute(INSERT, settings.BASE_CURRENCY)
        self._update(chunk)
        chunk.write_custom()
        known = (
            "SELECT count(*) FILTER (WHERE changed), count(*) FILTER (WHERE NOT changed) FROM chunk WHERE NOT is_new"
        )
        updated, unchanged = chunk.rows(known)[0]
        chunk.context.count(created=created, updated=updated, skipped=unchanged)
        chunk.report()

    def publish(self, job: Any, counts: dict[str, int], user: Any) -> None:
        """Say that products came in."""
        count = counts.get("created", 0) + counts.get("updated", 0)
        publish_batch(ProductsImported(count=count, source=f"import:{job.pk}"), user)

    def _update(self, chunk: Chunk) -> None:
        columns = ("name", "category", "unit_price", "currency", "is_active", "description")
        pairs = ", ".join(f"{name} = COALESCE(chunk.{name}, p.{name})" for name in columns)
        differs = " OR ".join(
            f"(chunk.{name} IS NOT NULL AND chunk.{name} IS DISTINCT FROM p.{name})" for name in columns
        )
        chunk.execute(
            f"WITH done AS (UPDATE sales_product p SET {pairs}, version = p.version + 1, updated_at = now() "
            f"FROM chunk WHERE p.id = chunk.record_id AND NOT chunk.is_new AND ({differs}) RETURNING p.id) "
            "UPDATE chunk SET changed = true FROM done WHERE done.id = chunk.record_id"
        )
        self._derive(
            chunk,
            "SELECT p.sku, p.name, p.category FROM sales_product p JOIN chunk ON p.id = record_id WHERE changed",
        )
        chunk.execute(
            "UPDATE sales_product p SET search_text = chunk.search_text, sort_key = chunk.sort_key FROM chunk "
            "WHERE chunk.changed AND p.id = chunk.record_id"
        )

    def _derive(self, chunk: Chunk, statement: str) -> None:
        skus, texts, keys = derive_products(chunk.rows(statement))
        chunk.execute(
            "UPDATE chunk SET search_text = d.text, sort_key = d.key FROM "
            "unnest(%s::text[], %s::text[], %s::text[]) AS d(sku, text, key) WHERE d.sku = chunk.sku",
            skus, texts, keys,
        )  # fmt: skip
