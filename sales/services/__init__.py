"""Every meaningful write to sales: one verb, one transaction."""

from sales.services.bulk import change_orders, change_products
from sales.services.cataloguing import change_product, create_product
from sales.services.ordering import cancel_order, change_order, place_order
from sales.services.paying import record_payment

__all__ = [
    "cancel_order",
    "change_order",
    "change_orders",
    "change_product",
    "change_products",
    "create_product",
    "place_order",
    "record_payment",
]
