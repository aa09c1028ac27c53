"""Every meaningful write to customers: one verb, one transaction."""

from customers.services.bulk import change_customers, tag_customers, untag_customers
from customers.services.editing import change_customer, create_customer
from customers.services.indexing import index_customer, index_customers
from customers.services.noting import add_note
from customers.services.timeline import log_activity

__all__ = [
    "add_note",
    "change_customer",
    "change_customers",
    "create_customer",
    "index_customer",
    "index_customers",
    "log_activity",
    "tag_customers",
    "untag_customers",
]
