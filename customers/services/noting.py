"""Notes that people write on a customer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from crm_site.events.publishing import publish
from crm_site.files.services import attach_files
from crm_site.lib.text import clean_text
from crm_site.notifications.mentions import read_mentions
from customers.events import NoteAdded
from customers.models import Activity, Customer

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from crm_site.staff.models import User


def add_note(customer: Customer, body: str, user: User, files: Sequence[UploadedFile[Any]] = ()) -> Activity:
    """Write a note on the customer's timeline, with the files that come along.

    Raises ValueError when it is blank, and FileRefusedError.
    """
    body = clean_text(body, multiline=True).strip()
    if not body:
        raise ValueError("a note needs words")
    seeing = read_mentions(body, "customer", customer.pk).seeing
    more = {**({"mentions": list(seeing)} if seeing else {}), **({"files": len(files)} if files else {})}
    with transaction.atomic():
        note = Activity.objects.create(
            customer=customer,
            verb="customer.note",
            occurred_at=timezone.now(),
            actor=user,
            body=body,
            data={"by": user.short_name, **more},
        )
        attach_files(("customer", customer.pk), files, user, entry_id=note.pk)
        publish(NoteAdded(customer_id=customer.pk, activity_id=note.pk), user)
    return note
