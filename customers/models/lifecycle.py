"""The lifecycle: the rules that say where customers stand, who moved when and why, and what people decided instead."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm_site.history.tracking import Tracking
from customers.choices import MoveCause, Stage
from customers.models.customer import Customer
from customers.querysets import LifecycleRuleQuerySet, StageMoveQuerySet


class LifecycleRule(models.Model):
    """When a customer stands in a stage. Rules are asked in the order of `position`: the first that holds wins.

    A rule is never changed: another one takes its place, so a move always finds the words that caused it.
    """

    history: ClassVar[Tracking] = Tracking()

    stage = models.CharField(_("stage"), max_length=10, choices=Stage.choices)
    rule: models.JSONField[Any, Any] = models.JSONField(_("rule"))
    position = models.PositiveSmallIntegerField(_("order"))
    retired_at = models.DateTimeField(_("replaced"), null=True, blank=True)

    objects = LifecycleRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("lifecycle rule")
        verbose_name_plural = _("lifecycle rules")
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(fields=("stage",), condition=Q(retired_at=None), name="lifecycle_rule_once"),
        )

    def __str__(self) -> str:
        return str(self.get_stage_display())


class StageOverride(models.Model):
    """Somebody knows better than the rules, for a reason and perhaps for a time."""

    history: ClassVar[Tracking] = Tracking(root="customer")

    customer = models.OneToOneField(Customer, models.CASCADE, primary_key=True, related_name="stage_override")
    stage = models.CharField(_("stage"), max_length=10, choices=Stage.choices)
    reason = models.CharField(_("reason"), max_length=200)
    until = models.DateField(_("until"), null=True, blank=True, help_text=_("Afterwards the rules decide again."))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(_("decided"), auto_now=True)

    class Meta:
        verbose_name = _("decided stage")
        verbose_name_plural = _("decided stages")

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.stage}"


class StageMove(models.Model):
    """A customer went from one stage to another: the dated history of the lifecycle."""

    history: ClassVar[Tracking] = Tracking(root="customer", updates=False, derived="cause <> 'person'")
    derived: ClassVar[bool] = True

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="stage_moves", db_index=False)
    before = models.CharField(_("from"), max_length=10, choices=Stage.choices)
    after = models.CharField(_("to"), max_length=10, choices=Stage.choices)
    cause = models.CharField(_("cause"), max_length=8, choices=MoveCause.choices)
    rule = models.ForeignKey(LifecycleRule, models.PROTECT, null=True, related_name="+", verbose_name=_("rule"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    moved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    moved_at = models.DateTimeField(_("at"))

    objects = StageMoveQuerySet.as_manager()

    class Meta:
        verbose_name = _("move between stages")
        verbose_name_plural = _("moves between stages")
        indexes = (
            models.Index(fields=("customer", "-moved_at"), name="stage_moves_of"),
            models.Index(fields=("moved_at", "after", "before"), name="stage_moves_in"),
        )

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.before} → {self.after}"
