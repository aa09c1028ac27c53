"""The one way to an attachment: through the record it hangs on. Who does not see the record has never heard of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404

from crm_site.files.models import Attachment
from crm_site.staff.subjects import fetch_editable_subject, fetch_visible_subject

if TYPE_CHECKING:
    from crm_site.staff.models import User


def fetch_attachment(user: User, pk: int, *, removed: bool = False) -> Attachment:
    """Return an attachment of a record that the person sees; raise Http404 otherwise."""
    rows = Attachment.objects.select_related("uploaded_by")
    try:
        found = (rows if removed else rows.present()).get(pk=pk)
    except (Attachment.DoesNotExist, OverflowError) as error:
        raise Http404 from error
    fetch_visible_subject(found.subject_kind, found.subject_id, user)
    return found


def require_removable(attachment: Attachment, user: User) -> None:
    """Raise PermissionDenied unless the person uploaded the file or may change its record."""
    if attachment.uploaded_by_id != user.pk:
        fetch_editable_subject(attachment.subject_kind, attachment.subject_id, user)
