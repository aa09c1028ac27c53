"""Tables of sales."""

from sales.models.order import Order, OrderLine, Payment
from sales.models.product import Product

__all__ = ["Order", "OrderLine", "Payment", "Product"]
