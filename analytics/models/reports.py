"""Facts of the sales reports: stages, how deals ended, and answers to leads, by day, owner and team."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from analytics.choices import Dimension
from analytics.models.facts import Fact
from sales.models import Stage

_MONEY: dict[str, Any] = {"max_digits": 20, "decimal_places": 4, "default": 0}


class StageDay(Fact):
    """What became of the deals opened on one day in one stage: how many stood there, and how they left it.

    `hours` holds how long each stay that has ended took, in whole hours: a median from it is exact to half an hour.
    """

    access_module = "sales"

    day = models.DateField(_("opened"))
    stage = models.ForeignKey(Stage, models.CASCADE, related_name="+", db_index=False)
    entered = models.PositiveIntegerField(_("entered"), default=0)
    here = models.PositiveIntegerField(_("still there"), default=0)
    here_value = models.DecimalField(_("value still there"), **_MONEY)
    won = models.PositiveIntegerField(_("won from there"), default=0)
    lost = models.PositiveIntegerField(_("lost there"), default=0)
    lost_value = models.DecimalField(_("value lost there"), **_MONEY)
    hours = ArrayField(models.PositiveIntegerField(), verbose_name=_("hours in the stage"), default=list)

    class Meta:
        verbose_name = _("stage of a day")
        verbose_name_plural = _("stages by day")
        constraints = (
            models.UniqueConstraint(
                fields=("day", "owner", "team", "stage"), name="stage_day_once", nulls_distinct=False
            ),
        )
        indexes = (
            # The age of open deals is asked for over all days, and most days have none left.
            models.Index(
                fields=("stage", "day"),
                include=("owner", "team", "here", "here_value"),
                condition=Q(here__gt=0),
                name="stage_day_open",
            ),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.stage_id}: {self.entered}"


class DealSlice(Fact):
    """Deals that ended on one day and share what a dimension tells them apart by; an empty `key` is none.

    Within a dimension a deal counts once, but for competitors: there it counts for each one it was made against.
    """

    access_module = "sales"

    day = models.DateField(_("closed"))
    dimension = models.CharField(_("dimension"), max_length=10, choices=Dimension.choices)
    key = models.CharField(_("value"), max_length=100, blank=True)
    won = models.PositiveIntegerField(_("won"), default=0)
    won_value = models.DecimalField(_("won value"), **_MONEY)
    lost = models.PositiveIntegerField(_("lost"), default=0)
    lost_value = models.DecimalField(_("lost value"), **_MONEY)

    class Meta:
        verbose_name = _("how deals of a day ended")
        verbose_name_plural = _("how deals ended by day")
        constraints = (
            models.UniqueConstraint(
                fields=("dimension", "day", "owner", "team", "key"), name="deal_slice_once", nulls_distinct=False
            ),
        )
        indexes = (models.Index(fields=("day",), name="deal_slice_day"),)

    def __str__(self) -> str:
        return f"{self.day} {self.dimension} {self.key}"


class LeadDay(Fact):
    """Enquiries of one day and source: how many were answered, as promised or late, and how fast.

    `minutes` holds the business minutes to each first answer, so that a median is exact to half a minute. What was
    not answered has no minutes: it is counted, and never a zero.
    """

    access_module = "sales"

    day = models.DateField(_("received"))
    source = models.CharField(_("source"), max_length=100, blank=True)
    received = models.PositiveIntegerField(_("leads"), default=0)
    answered = models.PositiveIntegerField(_("answered"), default=0)
    kept = models.PositiveIntegerField(_("answered as promised"), default=0)
    missed = models.PositiveIntegerField(_("answered late"), default=0)
    waiting = models.PositiveIntegerField(_("waiting for an answer"), default=0)
    minutes = ArrayField(models.PositiveIntegerField(), verbose_name=_("business minutes"), default=list)

    class Meta:
        verbose_name = _("leads of a day")
        verbose_name_plural = _("leads by day")
        constraints = (
            models.UniqueConstraint(
                fields=("day", "owner", "team", "source"), name="lead_day_once", nulls_distinct=False
            ),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.source}: {self.received}"
