"""What is to be sold, what its managers make of the forecast, and what the forecast was day by day."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm_site.history.tracking import Tracking
from crm_site.staff.models import OwnedModel, Team, User
from sales.choices import ForecastLevel
from sales.querysets import AdjustmentQuerySet, SnapshotQuerySet, TargetQuerySet


class SalesTarget(OwnedModel):
    """What somebody, or a team as a whole, is to win in a month, in the base currency.

    A person's target carries the team that the person was in when it was set; a team's has no owner.
    """

    history: ClassVar[Tracking] = Tracking()
    access_module = "sales"

    month = models.DateField(_("month"), help_text=_("The first day of the month."))
    amount = models.DecimalField(
        _("amount in base currency"), max_digits=18, decimal_places=4, validators=[MinValueValidator(0)]
    )

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("sales target")
        verbose_name_plural = _("sales targets")
        ordering = ("month", "id")
        indexes = (models.Index(fields=("month",), include=("owner", "team", "amount"), name="target_month"),)
        constraints = (
            models.UniqueConstraint(
                fields=("month", "owner"), condition=Q(owner__isnull=False), name="target_of_a_person_once"
            ),
            models.UniqueConstraint(fields=("month", "team"), condition=Q(owner=None), name="target_of_a_team_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="target_of_a_month"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="target_not_negative"),
        )

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}: {self.amount}"


class ForecastAdjustment(models.Model):
    """What a manager makes of one figure of the forecast, with the reason.

    Rows are never changed: the highest `version` of a figure holds, and one without an amount takes it back. The
    figure is that of a person's deals within a team, of a team with all below it, or, without either, of everything.
    """

    history: ClassVar[Tracking] = Tracking(updates=False)
    access_module = "sales"

    start = models.DateField(_("period from"))
    months = models.PositiveSmallIntegerField(_("months"), default=3)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("team"))
    level = models.CharField(_("figure"), max_length=9, choices=ForecastLevel.choices)
    amount = models.DecimalField(
        _("amount in base currency"),
        max_digits=18,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    computed = models.DecimalField(_("computed then"), max_digits=18, decimal_places=4, default=0)
    note = models.CharField(_("why"), max_length=500)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1, editable=False)
    made_at: models.DateTimeField[Any, datetime] = models.DateTimeField(_("at"), auto_now_add=True)

    objects = AdjustmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("adjustment of a forecast")
        verbose_name_plural = _("adjustments of forecasts")
        ordering = ("-made_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("start", "months", "team", "owner", "level", "version"),
                name="adjustment_version_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=~Q(note=""), name="adjustment_has_a_note"),
        )

    def __str__(self) -> str:
        return f"{self.start} {self.level}: {self.amount}"


class ForecastSnapshot(models.Model):
    """What the forecast of a month was on a day: the deals of one owner and team in one category, or won."""

    derived: ClassVar[bool] = True
    access_module = "sales"

    day = models.DateField(_("day"))
    month = models.DateField(_("month"))
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", db_index=False)
    team = models.ForeignKey(Team, models.CASCADE, null=True, related_name="+", db_index=False)
    category = models.CharField(_("category"), max_length=9, choices=ForecastLevel.choices)
    count = models.PositiveIntegerField(_("deals"), default=0)
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=4, default=0)
    weighted = models.DecimalField(_("weighted amount"), max_digits=20, decimal_places=4, default=0)

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = _("snapshot of the forecast")
        verbose_name_plural = _("snapshots of the forecast")
        ordering = ("day", "id")
        indexes = (
            models.Index(
                fields=("month", "day"),
                include=("owner", "team", "category", "amount", "weighted"),
                name="snapshot_month",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("day", "month", "owner", "team", "category"), name="snapshot_once_a_day", nulls_distinct=False
            ),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.month:%Y-%m} {self.category}: {self.amount}"


class MondayMail(models.Model):
    """That somebody was told how the pipeline moved: once for each Monday of theirs."""

    derived: ClassVar[bool] = True

    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("to"), db_index=False)
    monday = models.DateField(_("Monday"))
    queued = models.BooleanField(_("queued"), default=False)
    made_at: models.DateTimeField[Any, datetime] = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("Monday mail")
        verbose_name_plural = _("Monday mails")
        constraints = (models.UniqueConstraint(fields=("user", "monday"), name="one_monday_mail"),)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.monday}"
