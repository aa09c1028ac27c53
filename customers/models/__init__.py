"""Tables of customers."""

from customers.models.activity import Activity
from customers.models.contact import Address, ContactPoint
from customers.models.customer import Customer, Tag
from customers.models.figures import CustomerMetrics, CustomerScore

__all__ = ["Activity", "Address", "ContactPoint", "Customer", "CustomerMetrics", "CustomerScore", "Tag"]
