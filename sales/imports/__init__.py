"""Importing products, orders, and order lines."""

from crm_site.imports.kinds import register_kind
from sales.imports.order_lines import OrderLineImport
from sales.imports.orders import OrderImport
from sales.imports.products import ProductImport

__all__ = ["OrderImport", "OrderLineImport", "ProductImport"]

for kind in (ProductImport(), OrderImport(), OrderLineImport()):
    register_kind(kind)
