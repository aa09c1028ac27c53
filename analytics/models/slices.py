"""Summaries of the latest scores by owner and team, so that dashboards cost the same at any size."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from analytics.models.facts import Fact
from customers.choices import RfmSegment, Tier

_MONEY: Any = {"max_digits": 20, "decimal_places": 4, "default": 0}


class RfmSlice(Fact):
    """Customers of one owner with the same recency and frequency score."""

    access_module = "customers"

    r = models.PositiveSmallIntegerField(_("recency score"))
    f = models.PositiveSmallIntegerField(_("frequency score"))
    segment = models.CharField(_("segment"), max_length=20, choices=RfmSegment.choices)
    customers = models.PositiveIntegerField(_("customers"))
    revenue = models.DecimalField(_("net revenue"), **_MONEY)

    class Meta:
        verbose_name = _("RFM slice")
        verbose_name_plural = _("RFM slices")
        constraints = (
            models.UniqueConstraint(fields=("owner", "team", "r", "f"), name="rfm_slice_once", nulls_distinct=False),
        )

    def __str__(self) -> str:
        return f"{self.r}{self.f}: {self.customers}"


class ValueSlice(Fact):
    """Customers of one owner in the same tier and the same bin of lifetime value.

    `bin` counts the edges of `analytics.constants.VALUE_EDGES` that are not above the value, so the Pareto
    curve is exact at the edges. `alive` and `purchases` stay empty when no model was fitted.
    """

    access_module = "customers"

    tier = models.CharField(_("tier"), max_length=6, choices=Tier.choices, blank=True)
    bin = models.SmallIntegerField(_("bin"))
    customers = models.PositiveIntegerField(_("customers"))
    alive = models.FloatField(_("expected active customers"), null=True)
    purchases = models.FloatField(_("expected purchases"), null=True)
    clv = models.DecimalField(_("lifetime value"), **_MONEY)

    class Meta:
        verbose_name = _("value slice")
        verbose_name_plural = _("value slices")
        constraints = (
            models.UniqueConstraint(
                fields=("owner", "team", "tier", "bin"), name="value_slice_once", nulls_distinct=False
            ),
        )

    def __str__(self) -> str:
        return f"{self.tier} {self.bin}: {self.customers}"


class ValueDoubt(Fact):
    """What is needed to say how sure the summed lifetime value of one owner's customers is.

    `variance` sums the customers' own chance; `loadings` are those of `analytics.estimation.summing`.
    """

    access_module = "customers"

    clv = models.DecimalField(_("lifetime value"), **_MONEY)
    variance = models.FloatField(_("variance"))
    loadings = ArrayField(models.FloatField(), verbose_name=_("loadings"))

    class Meta:
        verbose_name = _("doubt about value")
        verbose_name_plural = _("doubts about value")
        constraints = (
            models.UniqueConstraint(fields=("owner", "team"), name="value_doubt_once", nulls_distinct=False),
        )

    def __str__(self) -> str:
        return f"{self.clv}"
