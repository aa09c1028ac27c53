"""Every meaningful write to customers: one verb, one transaction."""

from customers.services.bulk import change_customers, tag_customers, untag_customers
from customers.services.classifying import (
    change_class,
    change_classification,
    create_class,
    create_classification,
    move_class,
    move_classification,
)
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
from customers.services.talking import answer_entry, change_entry, delete_entry, log_interaction
from customers.services.timeline import log_activity

__all__ = [
    "add_note",
    "answer_entry",
    "change_class",
    "change_classification",
    "change_customer",
    "change_customers",
    "change_entry",
    "change_lifecycle_rule",
    "change_segment",
    "create_class",
    "create_classification",
    "create_customer",
    "create_segment",
    "decide_stage",
    "delete_entry",
    "index_customer",
    "index_customers",
    "log_activity",
    "log_interaction",
    "move_class",
    "move_classification",
    "pick_customers",
    "refresh_standing",
    "tag_customers",
    "unpick_customers",
    "untag_customers",
    "withdraw_decision",
]
