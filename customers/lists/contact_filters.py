"""Filters of customers by who they are and by what they may be contacted for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm_site.pages.lists import ChoiceFilter
from customers.choices import BuyingRole, Channel, Gender, Purpose
from customers.models import Customer, DoNotContact

if TYPE_CHECKING:
    from customers.querysets import CustomerQuerySet

WAYS = [
    (f"{channel.value}.{purpose.value}", format_lazy("{} · {}", channel.label, purpose.label))
    for channel in Channel
    for purpose in Purpose
]


def reachable(rows: QuerySet[Customer], codes: list[str]) -> QuerySet[Customer]:
    """Keep the customers who may be contacted in every one of the ways."""
    found = cast("CustomerQuerySet", rows)
    for code in codes:
        channel, _dot, purpose = code.partition(".")
        found = found.contactable(channel, purpose)
    return found


def forbidden(rows: QuerySet[Customer], codes: list[str]) -> QuerySet[Customer]:
    """Keep the customers who are not to be contacted on a channel, or on any."""
    bans: Any = DoNotContact.objects.in_force(timezone.now()).filter(customer=OuterRef("pk"))
    return rows.filter(Exists(bans))


CONTACT_FILTERS = (
    ChoiceFilter(name="contactable", label=_("May be contacted by"), choices=WAYS, several=False, conditions=reachable),
    ChoiceFilter(
        name="forbidden",
        label=_("Contact"),
        choices=[("yes", _("is forbidden"))],
        several=False,
        conditions=forbidden,
    ),
    ChoiceFilter(name="role", label=_("Buying role"), choices=BuyingRole.choices),
    ChoiceFilter(name="gender", label=_("Gender"), choices=Gender.choices),
)
