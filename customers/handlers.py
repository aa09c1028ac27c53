"""Reactions to events of customers, and the verbs that say them."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.events.handling import handles
from crm_site.events.verbs import Eraser, register_verb
from crm_site.history.restorers import register_restorer
from customers.events import CustomerChanged, CustomerCreated
from customers.models import Customer
from customers.services import change_customer, index_customers, log_activity

register_restorer(Customer, change_customer, index_customers)

register_verb("customer.created", _("Customer was added"), "user-plus", Eraser.KEEP, system=True)
register_verb("customer.changed", _("Facts were changed: %(fields)s"), "pencil", Eraser.ANONYMISE, system=True)
register_verb("customer.note", _("%(by)s wrote a note"), "note", Eraser.DROP)
register_verb("customer.imported", _("Customers were imported"), "upload", Eraser.KEEP, system=True)


@handles(CustomerCreated)
def show_creation(event: CustomerCreated) -> None:
    """Begin the customer's timeline."""
    log_activity(event.customer_id, event.verb, timezone.now())


@handles(CustomerChanged)
def show_change(event: CustomerChanged) -> None:
    """Say on the timeline which facts were changed."""
    log_activity(event.customer_id, event.verb, timezone.now(), data={"fields": event.fields})
