"""Moving in from another system: several files that belong together, and the ids their records had there."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm_site.history.tracking import Tracking
from crm_site.imports.querysets import MoveInQuerySet
from crm_site.jobs.models import JobRun


class MoveIn(models.Model):
    """Several files in one run. `source` names the old system: old ids are remembered under it."""

    source = models.CharField(_("old system"), max_length=60)
    owners: models.JSONField[Any, Any] = models.JSONField(_("owners"), default=dict, blank=True)
    trial: models.JSONField[Any, Any] = models.JSONField(_("trial"), default=dict, editable=False)
    trial_run = models.ForeignKey(JobRun, models.SET_NULL, null=True, editable=False, related_name="+")
    run = models.OneToOneField(JobRun, models.SET_NULL, null=True, editable=False, related_name="move_in_of")
    operation_id = models.BigIntegerField(null=True, editable=False)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("started by")
    )
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)

    objects = MoveInQuerySet.as_manager()

    class Meta:
        verbose_name = _("move-in")
        verbose_name_plural = _("move-ins")
        indexes = (models.Index(fields=("created_at", "id"), name="move_in_created"),)

    def __str__(self) -> str:
        return self.source

    def get_absolute_url(self) -> str:
        """Return the address where the move-in is prepared or watched."""
        return reverse("imports:move-in", args=[self.pk])


class ExternalId(models.Model):
    """The id that a record of ours had in another system, so that later files can name it."""

    history: ClassVar[Tracking] = Tracking(root="self")

    source = models.CharField(_("old system"), max_length=60)
    kind = models.CharField(_("kind"), max_length=30)
    old_id = models.CharField(_("old id"), max_length=100)
    record_id = models.BigIntegerField(_("record"))

    class Meta:
        verbose_name = _("id in another system")
        verbose_name_plural = _("ids in other systems")
        constraints = (models.UniqueConstraint(fields=("source", "kind", "old_id"), name="external_id_once"),)
        indexes = (models.Index(fields=("kind", "record_id"), name="external_id_record"),)

    def __str__(self) -> str:
        return f"{self.source}: {self.kind} {self.old_id}"
