"""Lists of sales."""

from sales.lists.leads import lead_list, pool_list
from sales.lists.needs import need_list
from sales.lists.opportunities import competitor_list, opportunity_list
from sales.lists.orders import order_list, payment_list, product_list

__all__ = [
    "competitor_list",
    "lead_list",
    "need_list",
    "opportunity_list",
    "order_list",
    "payment_list",
    "pool_list",
    "product_list",
]
