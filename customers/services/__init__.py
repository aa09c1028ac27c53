"""Every meaningful write to customers: one verb, one transaction."""

from customers.services.editing import change_customer, create_customer
from customers.services.indexing import index_customer
from customers.services.noting import add_note
from customers.services.timeline import log_activity

__all__ = [
    "add_note",
    "change_customer",
    "create_customer",
    "index_customer",
    "log_activity",
]
