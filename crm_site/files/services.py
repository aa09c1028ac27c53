"""Attaching files to records, and taking them away again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _

from crm_site.events.doorbell import ring_on_commit
from crm_site.files.choices import ScanState
from crm_site.files.keeping import TooLargeError, keep
from crm_site.files.models import Attachment
from crm_site.files.naming import safe_name
from crm_site.files.sniffing import sniff

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from crm_site.staff.models import User

MOST_AT_ONCE = 20


class FileRefusedError(ValueError):
    """A file cannot be attached; the message is for people."""


def check_files(files: Sequence[UploadedFile[Any]]) -> None:
    """Raise FileRefusedError when there are too many files, or one is empty or too large."""
    if len(files) > MOST_AT_ONCE:
        raise FileRefusedError(_("At most %(count)d files at once.") % {"count": MOST_AT_ONCE})
    for one in files:
        name = safe_name(one.name or "")
        if not one.size:
            raise FileRefusedError(_("“%(name)s” is empty.") % {"name": name})
        if one.size > settings.FILE_MAX_BYTES:
            raise FileRefusedError(_too_large(name))


def attach_files(
    subject: tuple[str, int], files: Sequence[UploadedFile[Any]], user: User, entry_id: int | None = None
) -> list[Attachment]:
    """Attach files to a record that the caller has fetched for this person; raise FileRefusedError.

    All are attached or none. What they are is told by their bytes; whoever sees the record sees them.
    """
    check_files(files)
    made = []
    for one in files:
        name = safe_name(one.name or "")
        try:
            kept = keep(one.chunks())
        except TooLargeError as error:
            raise FileRefusedError(_too_large(name)) from error
        made.append(
            Attachment(
                subject_kind=subject[0],
                subject_id=subject[1],
                entry_id=entry_id,
                name=name,
                sha256=kept.sha256,
                size=kept.size,
                content_type=sniff(kept.head),
                scan=ScanState.WAITING if settings.FILE_SCANNER else ScanState.UNCHECKED,
                uploaded_by=user,
            )
        )
    with transaction.atomic():
        Attachment.objects.bulk_create(made)
        if made:
            ring_on_commit("files.prepare")
    return made


def remove_attachment(attachment: Attachment) -> None:
    """Take a file off its record; it can be put back until the trash forgets it."""
    Attachment.objects.present().filter(pk=attachment.pk).update(removed_at=timezone.now())


def restore_attachment(attachment: Attachment) -> None:
    """Put a file back on its record."""
    Attachment.objects.filter(pk=attachment.pk).update(removed_at=None)


def _too_large(name: str) -> str:
    limit = filesizeformat(settings.FILE_MAX_BYTES)
    return _("“%(name)s” is larger than %(limit)s.") % {"name": name, "limit": limit}
