"""An import, how its file is read, and one staged row for each row of the file."""

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


class BadCells(models.TextChoices):
    """What happens to a row with a cell that cannot be read."""

    ROW = "row", _("Leave out the whole row")
    CELL = "cell", _("Leave out the cell and take the rest of the row")


class RowState(models.IntegerChoices):
    """Where a row stands."""

    VALID = 0, _("Waiting")
    CREATED = 1, _("Created")
    UPDATED = 2, _("Updated")
    SKIPPED = 3, _("Unchanged or skipped")
    FAILED = 4, _("Refused")


class Import(models.Model):
    """One file on its way in.

    `mapping` says which columns (by position) fill which field, `values` what the file's words mean (field → folded
    word → our code), `habits` how it writes days and numbers. `trial` is what a trial found, for the settings that
    `staged_for` names; `operation_id` is the operation of the history that undo takes back.
    """

    kind = models.CharField(_("kind"), max_length=30)
    file_name = models.CharField(_("file"), max_length=255)
    path = models.CharField(max_length=500, editable=False)
    is_own_copy = models.BooleanField(default=True, editable=False)
    mode = models.CharField(_("mode"), max_length=6, choices=ImportMode.choices, default=ImportMode.BOTH)
    duplicates = models.CharField(
        _("repeated keys"), max_length=6, choices=DuplicatePolicy.choices, default=DuplicatePolicy.UPDATE
    )
    key = models.CharField(_("key"), max_length=50, blank=True)
    bad_cells = models.CharField(_("bad cells"), max_length=4, choices=BadCells.choices, default=BadCells.ROW)
    mapping: models.JSONField[Any, Any] = models.JSONField(_("mapping"), default=dict)
    values: models.JSONField[Any, Any] = models.JSONField(_("values"), default=dict, blank=True)
    habits: models.JSONField[Any, Any] = models.JSONField(_("habits"), default=dict, blank=True)
    options: models.JSONField[Any, Any] = models.JSONField(_("options"), default=dict)
    encoding = models.CharField(_("encoding"), max_length=20, blank=True)
    delimiter = models.CharField(_("delimiter"), max_length=4, blank=True)
    header_line = models.PositiveIntegerField(_("header line"), default=1)
    header: models.JSONField[Any, Any] = models.JSONField(default=list)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("started by")
    )
    run = models.OneToOneField(JobRun, models.SET_NULL, null=True, related_name="import_of")
    trial: models.JSONField[Any, Any] = models.JSONField(_("trial"), default=dict, editable=False)
    trial_run = models.ForeignKey(JobRun, models.SET_NULL, null=True, editable=False, related_name="+")
    staged_for = models.CharField(max_length=64, blank=True, editable=False)
    operation_id = models.BigIntegerField(null=True, editable=False)
    move_in = models.ForeignKey(
        "imports.MoveIn", models.CASCADE, null=True, editable=False, related_name="files", verbose_name=_("move-in")
    )
    place = models.PositiveSmallIntegerField(default=0, editable=False)
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
        counts = self.run.counts if self.run else {}
        told = ((_("%(n)s created"), "created"), (_("%(n)s updated"), "updated"), (_("%(n)s refused"), "failed"))
        return ", ".join(str(words % {"n": counts[name]}) for words, name in told if counts.get(name))

    @property
    def is_open(self) -> bool:
        """Tell whether the settings may still change: neither the import nor its move-in has been started."""
        return self.run_id is None and (self.move_in is None or self.move_in.run_id is None)

    @property
    def delimiter_word(self) -> str:
        """The delimiter in words, where it cannot be seen."""
        return str(_("tab")) if self.delimiter == "\t" else f"“{self.delimiter}”"

    @property
    def file(self) -> Path:
        """Where the file lies."""
        return Path(self.path)


class StagedRow(models.Model):
    """One row of the file: its cells in the order of the kind's columns, normalised, and what became of it.

    Rows that `is_grouped` may share their key with others, and are loaded together with them after all that do not.
    """

    job = models.ForeignKey(Import, models.CASCADE, related_name="rows", db_column="import_id", db_index=False)
    line = models.PositiveIntegerField(_("line"))
    group = models.CharField(max_length=200, db_collation="C")
    is_grouped = models.BooleanField(default=True)
    state = models.SmallIntegerField(_("state"), choices=RowState.choices, default=RowState.VALID)
    cells = ArrayField(models.TextField(null=True))
    problems: models.JSONField[Any, Any] = models.JSONField(_("problems"), null=True)
    record_id = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("staged row")
        verbose_name_plural = _("staged rows")
        indexes = (
            # Never of what changes later: then what becomes of a row is written without touching an index.
            models.Index(fields=("job", "group", "line"), name="staged_group", condition=models.Q(is_grouped=True)),
            models.Index(fields=("job", "line"), name="staged_problem", condition=models.Q(problems__isnull=False)),
        )
        constraints = (models.UniqueConstraint(fields=("job", "line"), name="staged_line_once"),)

    def __str__(self) -> str:
        return f"{self.job_id}:{self.line}"
