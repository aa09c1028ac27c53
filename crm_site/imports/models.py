"""Tables of imports: the file, how it is read, and one staged row for each of its rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm_site.imports.kinds import KINDS
from crm_site.imports.querysets import ImportQuerySet
from crm_site.jobs.models import JobRun


class ImportMode(models.TextChoices):
    """What may happen to records."""

    BOTH = "both", _("Create new and update known records")
    CREATE = "create", _("Create new records only")
    UPDATE = "update", _("Update known records only")


class DuplicatePolicy(models.TextChoices):
    """What happens when one key stands in several rows of a file; kinds that group rows don't ask."""

    UPDATE = "update", _("The last row wins")
    SKIP = "skip", _("The first row wins")
    KEEP = "keep", _("Refuse the repeated rows")


class RowState(models.IntegerChoices):
    """Where a row stands."""

    VALID = 0, _("Waiting")
    CREATED = 1, _("Created")
    UPDATED = 2, _("Updated")
    SKIPPED = 3, _("Unchanged or skipped")
    FAILED = 4, _("Refused")


class Import(models.Model):
    """One file on its way in. `mapping` says which header (by position) fills which field."""

    kind = models.CharField(_("kind"), max_length=30)
    file_name = models.CharField(_("file"), max_length=255)
    path = models.CharField(max_length=500, editable=False)
    is_own_copy = models.BooleanField(default=True, editable=False)
    mode = models.CharField(_("mode"), max_length=6, choices=ImportMode.choices, default=ImportMode.BOTH)
    duplicates = models.CharField(
        _("repeated keys"), max_length=6, choices=DuplicatePolicy.choices, default=DuplicatePolicy.UPDATE
    )
    key = models.CharField(_("key"), max_length=50, blank=True)
    mapping: models.JSONField[Any, Any] = models.JSONField(_("mapping"), default=dict)
    options: models.JSONField[Any, Any] = models.JSONField(_("options"), default=dict)
    encoding = models.CharField(_("encoding"), max_length=20, blank=True)
    delimiter = models.CharField(_("delimiter"), max_length=4, blank=True)
    header_line = models.PositiveIntegerField(_("header line"), default=1)
    header: models.JSONField[Any, Any] = models.JSONField(default=list)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("started by")
    )
    run = models.OneToOneField(JobRun, models.SET_NULL, null=True, related_name="import_of")
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = (models.Index(fields=("created_at", "id"), name="import_created"),)

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        """Return the address where the import is mapped or watched."""
        return reverse("imports:import-detail", args=[self.pk])

    @property
    def kind_title(self) -> str:
        """What the file holds, in the active language."""
        return str(KINDS[self.kind].title) if self.kind in KINDS else self.kind

    @property
    def counts_line(self) -> str:
        """What became of the rows, in one line."""
        return self.run.counts_line if self.run else ""

    @property
    def file(self) -> Path:
        """Where the file lies."""
        return Path(self.path)


class StagedRow(models.Model):
    """One row of the file: its cells in the order of the kind's fields, normalised, and what became of it."""

    job = models.ForeignKey(Import, models.CASCADE, related_name="rows", db_column="import_id")
    line = models.PositiveIntegerField(_("line"))
    group = models.CharField(max_length=200, db_collation="C")
    state = models.SmallIntegerField(_("state"), choices=RowState.choices, default=RowState.VALID)
    cells = ArrayField(models.TextField(null=True))
    problems: models.JSONField[Any, Any] = models.JSONField(_("problems"), null=True)
    record_id = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("staged row")
        verbose_name_plural = _("staged rows")
        indexes = (
            models.Index(fields=("job", "group", "line"), name="staged_group"),
            models.Index(fields=("job", "line"), name="staged_problem", condition=models.Q(problems__isnull=False)),
        )

    def __str__(self) -> str:
        return f"{self.job_id}:{self.line}"
