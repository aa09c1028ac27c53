"""The table of attachments; their bytes lie in the media folder under their digest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm_site.files.choices import ScanState
from crm_site.files.querysets import AttachmentQuerySet

if TYPE_CHECKING:
    from datetime import datetime


class Attachment(models.Model):
    """One file on one record. `entry_id` is the entry of the record's timeline that it came with."""

    subject_kind = models.CharField(_("kind"), max_length=30)
    subject_id = models.BigIntegerField(_("record"))
    entry_id = models.BigIntegerField(null=True, blank=True, editable=False)
    name = models.CharField(_("name"), max_length=200)
    sha256 = models.CharField(max_length=64, editable=False)
    size = models.BigIntegerField(_("size in bytes"))
    content_type = models.CharField(_("type, by content"), max_length=100)
    scan = models.CharField(_("virus check"), max_length=10, choices=ScanState.choices, default=ScanState.UNCHECKED)
    has_thumbnail = models.BooleanField(_("has a thumbnail"), default=False)
    prepared_at = models.DateTimeField(_("prepared"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    created_at: models.DateTimeField[Any, datetime] = models.DateTimeField(_("at"), db_default=Now(), editable=False)
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        indexes = (
            models.Index(fields=("subject_kind", "subject_id", "-id"), name="attachment_subject"),
            models.Index(fields=("sha256",), name="attachment_content"),
            models.Index(fields=("id",), name="attachment_unprepared", condition=models.Q(prepared_at=None)),
            models.Index(fields=("removed_at",), name="attachment_removed", condition=~models.Q(removed_at=None)),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_downloadable(self) -> bool:
        """Tell whether its bytes may leave: what is infected never, what is unchecked only where nothing checks."""
        if settings.FILE_SCANNER:
            return self.scan == ScanState.CLEAN
        return self.scan in (ScanState.CLEAN, ScanState.UNCHECKED)

    @property
    def shows_thumbnail(self) -> bool:
        """Tell whether there is a thumbnail that may be shown."""
        return self.has_thumbnail and self.is_downloadable
