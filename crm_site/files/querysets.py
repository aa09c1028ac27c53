"""Chainable vocabulary of attachments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from crm_site.files.models import Attachment  # noqa: F401 - named in strings below


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    """Attachments; who may see one is asked of the record it hangs on (`crm_site.files.fetching`)."""

    def of(self, kind: str, pk: int) -> Self:
        """Keep those of one record that were not removed, the newest first."""
        return self.present().filter(subject_kind=kind, subject_id=pk).order_by("-pk")

    def present(self) -> Self:
        """Keep those that were not removed."""
        return self.filter(removed_at=None)
