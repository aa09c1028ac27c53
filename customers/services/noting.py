"""Notes that people write on a customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from crm_site.events.publishing import publish
from crm_site.lib.text import clean_text
from customers.events import NoteAdded
from customers.models import Activity, Customer

if TYPE_CHECKING:
    from crm_site.staff.models import User


def add_note(customer: Customer, body: str, user: User) -> Activity:
    """Write a note on the customer's timeline; raise ValueError when it is blank."""
    body = clean_text(body, multiline=True).strip()
    if not body:
        raise ValueError("a note needs words")
    with transaction.atomic():
        note = Activity.objects.create(
            customer=customer,
            verb="customer.note",
            occurred_at=timezone.now(),
            actor=user,
            body=body,
            data={"by": user.short_name},
        )
        publish(NoteAdded(customer_id=customer.pk, activity_id=note.pk), user)
    return note
