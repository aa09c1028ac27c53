"""The parts of a deal: its lines, the people who decide, and who else offers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from crm_site.events.publishing import publish
from crm_site.staff.versioning import save_versioned
from sales.events import OpportunityChanged
from sales.models import Competitor, ContactRole, Opportunity, OpportunityLine
from sales.services.pricing import PLACES, in_base

if TYPE_CHECKING:
    from crm_site.staff.models import User

Facts = Mapping[str, Any]


def set_lines(
    opportunity: Opportunity, version: int, lines: Iterable[Facts], user: User | None, *, sums: bool = True
) -> None:
    """Give a deal that was read at `version` these lines; with `sums` its amount is theirs from now on."""
    with transaction.atomic():
        save_versioned(opportunity, version, {"amount_from_lines": sums})
        write_lines(opportunity, lines)
        follow_lines(opportunity)
        publish(OpportunityChanged(opportunity_id=opportunity.pk, fields="lines"), user)


def set_contacts(opportunity: Opportunity, version: int, contacts: Iterable[Facts], user: User | None) -> None:
    """Say who takes part on the customer's side, each with a role; at most one is the main contact."""
    with transaction.atomic():
        save_versioned(opportunity, version, {})
        write_contacts(opportunity, contacts)
        publish(OpportunityChanged(opportunity_id=opportunity.pk, fields="contacts"), user)


def set_competitors(
    opportunity: Opportunity, version: int, competitors: Iterable[Competitor], user: User | None
) -> None:
    """Say who else offers."""
    with transaction.atomic():
        save_versioned(opportunity, version, {})
        opportunity.competitors.set(competitors)
        publish(OpportunityChanged(opportunity_id=opportunity.pk, fields="competitors"), user)


def write_lines(opportunity: Opportunity, lines: Iterable[Facts]) -> None:
    """Replace the lines, in their order; a line without words is called as its product."""
    opportunity.lines.all().delete()
    rows = [OpportunityLine(opportunity=opportunity, position=number, **line) for number, line in enumerate(lines, 1)]
    for row in rows:
        if not row.description and row.product is not None:
            row.description = row.product.name
    OpportunityLine.objects.bulk_create(rows)


def lines_total(lines: Iterable[Facts]) -> Decimal:
    """Return what these lines come to, each rounded as the database rounds it."""
    return sum((_line_amount(line) for line in lines), Decimal(0))


def _line_amount(line: Facts) -> Decimal:
    share = (100 - Decimal(line.get("discount") or 0)) / 100
    return (Decimal(line["quantity"]) * Decimal(line["unit_price"]) * share).quantize(PLACES, ROUND_HALF_UP)


def follow_lines(opportunity: Opportunity) -> None:
    """Take the amount from the lines, where the deal says so and there are any."""
    if not opportunity.amount_from_lines:
        return
    summed = opportunity.lines.aggregate(total=Sum("amount"))["total"]
    if summed is None:
        return
    if summed < 0:
        raise ValidationError({"amount": _("The lines come to less than nothing.")})
    if opportunity.amount == summed:
        return
    opportunity.amount = Decimal(summed)
    opportunity.base_amount = in_base(opportunity.amount, opportunity.exchange_rate)
    Opportunity.objects.filter(pk=opportunity.pk).update(amount=opportunity.amount, base_amount=opportunity.base_amount)


def write_contacts(opportunity: Opportunity, contacts: Iterable[Facts]) -> None:
    """Replace the contacts; of several main ones the first is it, and a person stands once."""
    found: dict[int, ContactRole] = {}
    primary = False
    for contact in contacts:
        person = contact["person"]
        main = bool(contact.get("is_primary")) and not primary
        primary = primary or main
        role = ContactRole(
            opportunity=opportunity, person=person, role=contact.get("role") or person.role or "", is_primary=main
        )
        found.setdefault(person.pk, role)
    kept = {one.person_id: one for one in opportunity.contact_roles.all()}
    opportunity.contact_roles.exclude(person__in=list(found)).delete()
    opportunity.contact_roles.filter(is_primary=True).update(is_primary=False)
    for key, wanted in found.items():
        if key not in kept:
            wanted.save(force_insert=True)
        elif (kept[key].role, wanted.is_primary) != (wanted.role, False):
            ContactRole.objects.filter(pk=kept[key].pk).update(role=wanted.role, is_primary=wanted.is_primary)
