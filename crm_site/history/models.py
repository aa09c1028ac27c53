"""Tables of the history."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm_site.history.choices import Action, OperationKind, Via
from crm_site.history.querysets import OperationQuerySet, TrashedRecordQuerySet
from crm_site.history.tracking import tracked_tables


class Operation(models.Model):
    """Something done to one or many records that can be undone as a whole.

    `conflicts` stands on the operation that undid another one: what it left alone because somebody had changed it
    since, as `{table, id, column, why}`; at most MAX_CONFLICTS of `conflicts_count` are kept.
    """

    MAX_CONFLICTS = 500

    kind = models.CharField(_("kind"), max_length=10, choices=OperationKind.choices)
    title = models.CharField(_("title"), max_length=200, blank=True)
    module = models.CharField(_("module"), max_length=30)
    count = models.PositiveIntegerField(_("records"), default=0)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    created_at = models.DateTimeField(_("at"), auto_now_add=True)
    undoes = models.OneToOneField(
        "self", models.CASCADE, null=True, blank=True, related_name="undone_by", verbose_name=_("undoes")
    )
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    conflicts: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    conflicts_count = models.PositiveIntegerField(_("left alone"), default=0)

    objects = OperationQuerySet.as_manager()

    class Meta:
        verbose_name = _("operation")
        verbose_name_plural = _("operations")
        indexes = (models.Index(fields=("created_at", "id"), name="operation_time"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.title}" if self.title else str(self.get_kind_display())

    def get_absolute_url(self) -> str:
        """Return the address of the operation's page."""
        return reverse("history:operation", args=[self.pk])

    @property
    def is_undone(self) -> bool:
        """Tell whether the operation was undone, or is being undone; select `undone_by` for lists."""
        return hasattr(self, "undone_by")


class Change(models.Model):
    """One row as a statement changed it: changed columns before and after, or the whole row when it was deleted.

    Written by triggers only. `root_table` and `root_id` name the record on whose page it stands.
    """

    operation = models.ForeignKey(
        Operation, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="changes"
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("by"),
    )
    via = models.CharField(_("through"), max_length=10, choices=Via.choices, blank=True)
    reference = models.CharField(_("reference"), max_length=200, blank=True)
    changed_at = models.DateTimeField(_("at"))
    action = models.CharField(_("action"), max_length=1, choices=Action.choices)
    table_name = models.CharField(_("table"), max_length=63)
    record_id = models.BigIntegerField(_("row"))
    root_table = models.CharField(max_length=63)
    root_id = models.BigIntegerField(_("record"), null=True)
    before: models.JSONField[Any, Any] = models.JSONField(_("before"))
    after: models.JSONField[Any, Any] = models.JSONField(_("after"), null=True)

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        db_table = "history_change"
        indexes = (
            models.Index(fields=("root_table", "root_id", "id"), name="change_root"),
            models.Index(
                fields=("operation", "table_name", "action", "record_id"),
                name="change_operation",
                condition=models.Q(operation__isnull=False),
            ),
            models.Index(fields=("changed_at",), name="change_time"),
        )

    def __str__(self) -> str:
        return f"{self.get_action_display()}: {self.table_name} {self.record_id}"


class Insertion(models.Model):
    """The keys that one statement of an operation inserted into one table. Written by triggers only."""

    operation = models.ForeignKey(
        Operation, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="insertions"
    )
    table_name = models.CharField(_("table"), max_length=63)
    low = models.BigIntegerField()
    high = models.BigIntegerField()
    record_ids = ArrayField(models.BigIntegerField(), verbose_name=_("rows"))

    class Meta:
        verbose_name = _("insertion")
        verbose_name_plural = _("insertions")
        db_table = "history_insertion"
        indexes = (models.Index(fields=("operation", "table_name", "low"), name="insertion_operation"),)

    def __str__(self) -> str:
        return f"{self.table_name}: {len(self.record_ids)}"


class TrashedRecord(models.Model):
    """A deleted record that can come back until `expires_at`; its rows lie in the history."""

    operation = models.ForeignKey(Operation, models.CASCADE, related_name="trashed", verbose_name=_("operation"))
    module = models.CharField(_("module"), max_length=30)
    table_name = models.CharField(_("table"), max_length=63)
    record_id = models.BigIntegerField(_("record"))
    label = models.CharField(_("name"), max_length=200)
    rows = models.PositiveIntegerField(_("rows with it"), default=0)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    team = models.ForeignKey("staff.Team", models.SET_NULL, null=True, blank=True, related_name="+")
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("deleted by")
    )
    deleted_at = models.DateTimeField(_("deleted"), auto_now_add=True)
    expires_at = models.DateTimeField(_("until"))
    search_text = models.TextField(editable=False, default="")

    objects = TrashedRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("record in the trash")
        verbose_name_plural = _("trash")
        indexes = (
            models.Index(fields=("deleted_at", "id"), name="trash_time"),
            models.Index(fields=("expires_at",), name="trash_expiry"),
        )
        constraints = (models.UniqueConstraint(fields=("table_name", "record_id"), name="trashed_once"),)

    def __str__(self) -> str:
        return self.label

    @property
    def kind_words(self) -> str:
        """What the record is, in the active language."""
        table = tracked_tables().get(self.table_name)
        words = str(table.model._meta.verbose_name) if table else self.table_name
        return words[:1].upper() + words[1:]
