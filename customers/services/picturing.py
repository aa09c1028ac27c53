"""The picture of a customer: drawn anew from what was uploaded, small, and shown to whoever sees the customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Now
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from crm_site.events.publishing import publish
from crm_site.files.models import Attachment
from crm_site.files.preparing import prepare_now
from crm_site.files.services import FileRefusedError, attach_files, remove_attachment
from customers.events import CustomerChanged
from customers.models import Customer

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from crm_site.staff.models import User

# A subject of its own: the picture is none of the customer's files, but seen by the same people.
SUBJECT = "customer-picture"
MOST_BYTES = 8 * 1024 * 1024


def set_picture(customer: Customer, file: UploadedFile[Any], user: User) -> None:
    """Show an uploaded image as the picture of a customer; the former one can come back by undoing this.

    Raises FileRefusedError for what is no image by its content (PNG, JPEG, WebP, GIF), too large, or not harmless.
    """
    if file.size and file.size > MOST_BYTES:
        raise FileRefusedError(_("A picture has at most %(limit)s.") % {"limit": filesizeformat(MOST_BYTES)})
    with transaction.atomic():
        made = attach_files((SUBJECT, customer.pk), [file], user)[0]
        if not prepare_now(made).shows_thumbnail:
            raise FileRefusedError(_("This is no picture that can be shown: choose a PNG, JPEG, WebP or GIF."))
        _put(customer, made.pk, user)


def remove_picture(customer: Customer, user: User) -> None:
    """Show no picture of a customer any more."""
    with transaction.atomic():
        _put(customer, None, user)


def bring_back_pictures() -> None:
    """Put back the files of pictures that are shown again, after an undo."""
    shown = Customer.objects.filter(pk=OuterRef("subject_id"), picture=OuterRef("pk"))
    Attachment.objects.filter(Exists(shown), subject_kind=SUBJECT, removed_at__isnull=False).update(removed_at=None)


def _put(customer: Customer, key: int | None, user: User) -> None:
    stored = Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)
    former = Attachment.objects.filter(pk=stored.picture, subject_kind=SUBJECT).first() if stored.picture else None
    if former is not None:
        remove_attachment(former)
    Customer.objects.filter(pk=customer.pk).update(picture=key, version=F("version") + 1, updated_at=Now())
    publish(CustomerChanged(customer_id=customer.pk, fields="picture"), user)
