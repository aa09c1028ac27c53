"""Who got what and why, whose turn it was, and how much of their day people have."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.assignment.choices import Method, Reason
from crm_site.assignment.kinds import get_kind, kind_label
from crm_site.assignment.models.rules import AssignmentRule
from crm_site.assignment.querysets import AssignmentLogQuerySet


class AssignmentLog(models.Model):
    """One record that went to somebody, or found nobody; `data` holds the figures of the sentence."""

    derived: ClassVar[bool] = True
    access_module = "setup"

    kind = models.CharField(_("records"), max_length=30)
    record_id = models.BigIntegerField(_("record"))
    rule = models.ForeignKey(
        AssignmentRule, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("rule")
    )
    rule_name = models.CharField(_("name of the rule"), max_length=80, blank=True)
    method = models.CharField(_("chosen"), max_length=12, choices=Method.choices, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("to"),
        db_index=False,
    )
    former = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("from")
    )
    reason = models.CharField(_("reason"), max_length=12, choices=Reason.choices)
    data: models.JSONField[Any, Any] = models.JSONField(_("figures"), default=dict)
    at = models.DateTimeField(_("at"), default=timezone.now)

    objects = AssignmentLogQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        indexes = (
            models.Index(fields=("kind", "record_id", "-at"), name="assignment_log_of"),
            models.Index(fields=("user", "-at"), name="assignment_log_to"),
            models.Index(fields=("at", "id"), name="assignment_log_time"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}: {self.get_reason_display()}"

    @property
    def kind_label(self) -> str:
        """What the kind of record is called."""
        return kind_label(self.kind)

    @property
    def sentence(self) -> str:
        """The reason in words, in the active language."""
        from crm_site.assignment.sentences import sentence_of

        return sentence_of(self)

    @property
    def record_url(self) -> str:
        """The address of the record; empty where its app has none."""
        try:
            found = get_kind(self.kind).record_url
        except LookupError:
            return ""
        return found(self.record_id) if found is not None else ""


class AssignmentTurn(models.Model):
    """When somebody last had a turn under a rule, and what its weighted turns owe them."""

    derived: ClassVar[bool] = True

    rule = models.ForeignKey(
        AssignmentRule, models.CASCADE, related_name="turns", verbose_name=_("rule"), db_index=False
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person"))
    turn = models.BigIntegerField(_("turn"), default=0)
    credit = models.BigIntegerField(_("credit"), default=0)

    class Meta:
        verbose_name = _("turn")
        verbose_name_plural = _("turns")
        constraints = (models.UniqueConstraint(fields=("rule", "user"), name="assignment_turn_once"),)

    def __str__(self) -> str:
        return f"{self.rule_id}: {self.user_id} {self.turn}"


class AssignmentDay(models.Model):
    """How many records somebody got on one day of their zone: the counter that capacity is held to."""

    derived: ClassVar[bool] = True

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person"), db_index=False
    )
    day = models.DateField(_("day"))
    taken = models.PositiveIntegerField(_("records"), default=0)

    class Meta:
        verbose_name = _("day of assignment")
        verbose_name_plural = _("days of assignment")
        constraints = (models.UniqueConstraint(fields=("user", "day"), name="assignment_day_once"),)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.day} {self.taken}"
