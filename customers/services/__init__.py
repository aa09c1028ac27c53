"""Every meaningful write to customers: one verb, one transaction."""

from customers.services.bulk import change_customers, tag_customers, untag_customers
from customers.services.editing import change_customer, create_customer
from customers.services.indexing import index_customer, index_customers
from customers.services.lifecycle import (
    change_lifecycle_rule,
    decide_stage,
    refresh_standing,
    withdraw_decision,
)
from customers.services.noting import add_note
from customers.services.segmenting import change_segment, create_segment, pick_customers, unpick_customers
from customers.services.timeline import log_activity

__all__ = [
    "add_note",
    "change_customer",
    "change_customers",
    "change_lifecycle_rule",
    "change_segment",
    "create_customer",
    "create_segment",
    "decide_stage",
    "index_customer",
    "index_customers",
    "log_activity",
    "pick_customers",
    "refresh_standing",
    "tag_customers",
    "unpick_customers",
    "untag_customers",
    "withdraw_decision",
]
