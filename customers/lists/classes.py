"""What classes add to the lists of customers: a filter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from crm_site.pages.lists import RelatedFilter
from customers.models import CustomerClass

if TYPE_CHECKING:
    from crm_site.staff.models import User


def class_choices(user: User) -> Iterable[tuple[Any, str]]:
    """Return the classes in use, each under the name of its classification."""
    found = CustomerClass.objects.filter(classification__is_active=True)
    return [(one.pk, str(one)) for one in found.visible_to(user)]


IN_CLASS = RelatedFilter(
    name="in_class", label=_("Class"), path="class_memberships__customer_class", choices=class_choices
)
