"""Notes that people write on a customer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from crm_site.lib.text import clean_text
from customers.choices import TalkKind
from customers.models import Activity, Customer
from customers.services.talking import log_interaction

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from crm_site.staff.models import User


def add_note(customer: Customer, body: str, user: User, files: Sequence[UploadedFile[Any]] = ()) -> Activity:
    """Write a note on the customer's timeline, with the files that come along.

    Raises ValueError when it is blank, and FileRefusedError.
    """
    if not clean_text(body, multiline=True).strip():
        raise ValueError("a note needs words")
    return log_interaction(customer, TalkKind.NOTE, {"body": body}, user, files)
