"""The rules that say who gets records, and whom they choose among."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm_site.assignment.choices import Method
from crm_site.assignment.querysets import AssignmentMemberQuerySet, AssignmentRuleQuerySet
from crm_site.history.tracking import Tracking
from crm_site.staff.models import Team

if TYPE_CHECKING:
    from datetime import datetime

# 100 days of eight business hours.
MOST_MINUTES = 48_000
MOST_WEIGHT = 1_000


class AssignmentRule(models.Model):
    """Who gets records that meet a condition. Rules of a kind are asked in order: the first that fits decides.

    Without a `condition` it fits every record. It chooses among its members and the people of its team and below.
    """

    history: ClassVar[Tracking] = Tracking()
    access_module = "setup"

    kind = models.CharField(_("records"), max_length=30, editable=False)
    position = models.PositiveSmallIntegerField(_("order"), default=0, editable=False)
    name = models.CharField(_("name"), max_length=80)
    condition: models.JSONField[Any, Any] = models.JSONField(_("condition"), null=True, editable=False)
    method = models.CharField(_("chooses"), max_length=12, choices=Method.choices, default=Method.ROUND_ROBIN)
    team = models.ForeignKey(
        Team,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assignment_rules",
        verbose_name=_("team"),
        help_text=_("Everybody of this team and of those below it, beside the people chosen one by one."),
    )
    only_in_hours = models.BooleanField(
        _("only within working hours"),
        default=False,
        help_text=_("Gives records to people only while their business calendar is open."),
    )
    response_minutes = models.PositiveIntegerField(
        _("answer within minutes"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_MINUTES)],
        help_text=_("In business time; afterwards somebody else gets the record. Empty: no deadline."),
    )
    is_active = models.BooleanField(_("in use"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at: models.DateTimeField[Any, datetime] = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at: models.DateTimeField[Any, datetime] = models.DateTimeField(_("changed"), auto_now=True)

    objects = AssignmentRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment rule")
        verbose_name_plural = _("assignment rules")
        ordering = ("kind", "position", "id")
        indexes = (models.Index(fields=("kind", "position"), name="assignment_rule_order"),)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the page where it is set up."""
        return reverse("assignment:rule-edit", args=[self.pk])


class AssignmentMember(models.Model):
    """Somebody a rule chooses among; weighted rules give them `weight` shares."""

    history: ClassVar[Tracking] = Tracking(root="rule")

    rule = models.ForeignKey(
        AssignmentRule, models.CASCADE, related_name="memberships", verbose_name=_("rule"), db_index=False
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person"))
    weight = models.PositiveSmallIntegerField(
        _("weight"), default=1, validators=[MinValueValidator(1), MaxValueValidator(MOST_WEIGHT)]
    )

    objects = AssignmentMemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("person of a rule")
        verbose_name_plural = _("people of a rule")
        ordering = ("rule", "user")
        constraints = (
            models.UniqueConstraint(fields=("rule", "user"), name="assignment_member_once"),
            models.CheckConstraint(condition=Q(weight__gte=1), name="assignment_member_weight"),
        )

    def __str__(self) -> str:
        return f"{self.rule_id}: {self.user_id} × {self.weight}"
