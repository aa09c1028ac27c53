"""What a deal must have before it may enter a stage."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm_site.fields.definitions import fields_of
from sales.models import ContactRole, Opportunity, OpportunityLine, Stage

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

HOST = "opportunity"
# name → how people call it, and whether a deal has it.
REQUIRABLE: dict[str, tuple[StrOrPromise, Callable[[Opportunity], bool]]] = {
    "customer": (_("Customer"), lambda deal: deal.customer_id is not None),
    "amount": (_("Amount"), lambda deal: deal.amount > 0),
    "contact": (_("Contact"), lambda deal: deal.contact_roles.exists()),
    "next_step": (_("Next step"), lambda deal: deal.next_step_date is not None),
    "product": (_("Product"), lambda deal: deal.product_id is not None or deal.lines.exists()),
    "source": (_("Source"), lambda deal: bool(deal.source)),
    "competitors": (_("Competitors"), lambda deal: deal.competitors.exists()),
    "note": (_("Note"), lambda deal: bool(deal.note)),
}


class MissingFieldsError(ValidationError):
    """A stage asks for what the deal does not have: `names` says what, in the order of the stage."""

    def __init__(self, stage: Stage, names: list[str]) -> None:
        self.stage = stage
        self.names = names
        words = gettext("“%(stage)s” asks for: %(fields)s.")
        super().__init__(words % {"stage": stage, "fields": gettext(", ").join(self.labels)})

    @property
    def labels(self) -> list[str]:
        """What is missing, as people call it."""
        known = dict(requirable_fields())
        return [str(known.get(name, name)) for name in self.names]


class DealStateError(ValidationError):
    """The deal does not stand where this can be done to it: it has ended, or it has not."""

    def __init__(self, *, ended: bool = True) -> None:
        super().__init__(gettext("The deal has ended; reopen it first.") if ended else gettext("The deal is open."))


def requirable_fields() -> list[tuple[str, StrOrPromise]]:
    """Return what a stage can ask for: facts of deals, and the custom fields in use."""
    own = [(name, label) for name, (label, _has) in REQUIRABLE.items()]
    return [*own, *((field.key, field.label) for field in fields_of(HOST))]


def missing_fields(opportunity: Opportunity, stage: Stage) -> list[str]:
    """Return what the stage asks for and the deal, as it stands in memory and in its rows, does not have.

    A custom field that is no longer in use is asked for no more.
    """
    custom = {field.key: field.name for field in fields_of(HOST)}
    found = []
    for name in stage.required:
        if name in REQUIRABLE:
            has: Any = REQUIRABLE[name][1](opportunity)
        elif name in custom:
            has = opportunity.custom.get(custom[name]) not in (None, "", [])
        else:
            continue
        if not has:
            found.append(name)
    return found


def lacking(stage: Stage) -> Q:
    """Return the condition that a deal lacks something the stage asks for, as the database asks it of many."""
    custom = {field.key: field.name for field in fields_of(HOST)}
    through: Any = Opportunity.competitors.through
    mine = {"opportunity": OuterRef("pk")}
    conditions = {
        "customer": Q(customer=None),
        "amount": Q(amount__lte=0),
        "contact": Q(~Exists(ContactRole.objects.filter(**mine))),
        "next_step": Q(next_step_date=None),
        "product": Q(~Exists(OpportunityLine.objects.filter(**mine)), product=None),
        "source": Q(source=""),
        "competitors": Q(~Exists(through.objects.filter(**mine))),
        "note": Q(note=""),
        **{key: ~Q(custom__has_key=name) for key, name in custom.items()},
    }
    found = Q(pk__in=[])
    for name in stage.required:
        if name in conditions:
            found |= conditions[name]
    return found
