"""Facts by day, owner and team. A row without owner comes from records without one."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from analytics.querysets import FactQuerySet
from crm_site.staff.models import Team
from sales.models import Pipeline
from service.choices import SurveyKind

_MONEY: dict[str, Any] = {"max_digits": 20, "decimal_places": 4, "default": 0}


class Fact(models.Model):
    """What all facts share; rewritten as a whole whenever a record of its day changes."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    team = models.ForeignKey(Team, models.CASCADE, null=True, related_name="+")

    objects = FactQuerySet.as_manager()

    class Meta:
        abstract = True


class SalesDay(Fact):
    """Counted orders and credits of one day of the organisation's time zone, in the base currency.

    `order_squares` is the sum of squared order totals, for the interval of the average order.
    """

    access_module = "sales"

    day = models.DateField(_("day"))
    orders = models.PositiveIntegerField(_("orders"), default=0)
    order_revenue = models.DecimalField(_("order revenue"), **_MONEY)
    order_squares = models.FloatField(default=0)
    credits = models.PositiveIntegerField(_("credits"), default=0)
    credit_revenue = models.DecimalField(_("credit revenue"), **_MONEY)
    walk_ins = models.PositiveIntegerField(_("walk-in sales"), default=0)

    class Meta:
        verbose_name = _("sales of a day")
        verbose_name_plural = _("sales by day")
        constraints = (
            models.UniqueConstraint(fields=("day", "owner", "team"), name="sales_day_once", nulls_distinct=False),
        )

    def __str__(self) -> str:
        return f"{self.day}"


class DealDay(Fact):
    """Opportunities opened, won and lost on one day of the organisation's time zone, in the base currency.

    Each counts on its own day: an opening on the day of the opening, an end on the day of the end. `won_days` and
    `lost_days` are summed days from opening to close, `…_squares` sums of squares for intervals of means.
    """

    access_module = "sales"

    day = models.DateField(_("day"))
    pipeline = models.ForeignKey(Pipeline, models.CASCADE, related_name="+", db_index=False)
    opened = models.PositiveIntegerField(_("opened"), default=0)
    opened_value = models.DecimalField(_("opened value"), **_MONEY)
    won = models.PositiveIntegerField(_("won"), default=0)
    won_value = models.DecimalField(_("won value"), **_MONEY)
    won_squares = models.FloatField(default=0)
    won_days = models.BigIntegerField(default=0)
    won_day_squares = models.BigIntegerField(default=0)
    lost = models.PositiveIntegerField(_("lost"), default=0)
    lost_value = models.DecimalField(_("lost value"), **_MONEY)
    lost_days = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("deals of a day")
        verbose_name_plural = _("deals by day")
        constraints = (
            models.UniqueConstraint(
                fields=("day", "owner", "team", "pipeline"), name="deal_day_once", nulls_distinct=False
            ),
        )

    def __str__(self) -> str:
        return f"{self.day}"


class FirstOrderDay(Fact):
    """How many customers placed their first order on one day, and how many of them have ordered again since."""

    access_module = "customers"

    day = models.DateField(_("day"))
    customers = models.PositiveIntegerField(_("customers"))
    repeaters = models.PositiveIntegerField(_("customers with a second order"))

    class Meta:
        verbose_name = _("first orders of a day")
        verbose_name_plural = _("first orders by day")
        constraints = (
            models.UniqueConstraint(fields=("day", "owner", "team"), name="first_order_day_once", nulls_distinct=False),
        )

    def __str__(self) -> str:
        return f"{self.day}: {self.customers}"


class SurveyDay(Fact):
    """How many answers of one kind had one score on one day."""

    access_module = "service"

    day = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=4, choices=SurveyKind.choices)
    score = models.PositiveSmallIntegerField(_("score"))
    answers = models.PositiveIntegerField(_("answers"))

    class Meta:
        verbose_name = _("answers of a day")
        verbose_name_plural = _("answers by day")
        constraints = (
            models.UniqueConstraint(
                fields=("day", "kind", "owner", "team", "score"),
                name="survey_day_once",
                nulls_distinct=False,
            ),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.kind} {self.score}"
