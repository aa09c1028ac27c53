"""Summaries of the latest scores by owner and team, so that dashboards cost the same at any size."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from analytics.models.facts import Fact
from customers.choices import RfmSegment, Tier


class RfmSlice(Fact):
    """Customers of one owner with the same recency and frequency score."""

    access_module = "customers"

    scored_on = models.DateField(_("scored on"))
    r = models.PositiveSmallIntegerField(_("recency score"))
    f = models.PositiveSmallIntegerField(_("frequency score"))
    segment = models.CharField(_("segment"), max_length=20, choices=RfmSegment.choices)
    customers = models.PositiveIntegerField(_("customers"))
    revenue = models.DecimalField(_("net revenue"), max_digits=20, decimal_places=4)

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

    Bins are on a logarithmic scale (see `analytics.services.valuing`), so the Pareto curve is exact at their
    edges. `clv_draws` holds the sum of lifetime values under each draw of the model's parameters.
    """

    access_module = "customers"

    valued_on = models.DateField(_("valued on"))
    tier = models.CharField(_("tier"), max_length=6, choices=Tier.choices, blank=True)
    bin = models.SmallIntegerField(_("bin"))
    customers = models.PositiveIntegerField(_("customers"))
    alive = models.FloatField(_("expected active customers"))
    purchases = models.FloatField(_("expected purchases"))
    clv = models.DecimalField(_("lifetime value"), max_digits=20, decimal_places=4)
    clv_draws = ArrayField(models.FloatField(), default=list)

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
