"""What the page of classes shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count

from crm_site.staff.choices import Scope
from customers.models import ClassMember, Customer

if TYPE_CHECKING:
    from crm_site.staff.models import User


def class_sizes(user: User) -> dict[int, int]:
    """Return how many customers that the reader may see are in each class, by its key."""
    members = ClassMember.objects.order_by()
    if user.access.view_scope(Customer.access_module) is not Scope.ALL:  # who sees all needs no look at customers
        members = members.filter(customer__in=Customer.objects.visible_to(user))
    return dict(members.values_list("customer_class").annotate(Count("pk")))


def classes_of(customer: Customer) -> list[ClassMember]:
    """Return the classes that a customer is in, in the order of their classifications."""
    found = ClassMember.objects.filter(customer=customer, classification__is_active=True)
    return list(found.order_by("classification__position", "classification_id"))
