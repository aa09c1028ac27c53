"""What deals are measured and made against: exchange rates and competitors."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm_site.history.tracking import Tracking
from sales.querysets import CompetitorQuerySet, RateQuerySet


class ExchangeRate(models.Model):
    """What one unit of a currency was worth in the base currency from a day on, until the next one known."""

    history: ClassVar[Tracking] = Tracking()
    access_module = "sales"

    currency = models.CharField(_("currency"), max_length=3)
    day = models.DateField(_("from"))
    rate = models.DecimalField(
        _("rate to base currency"),
        max_digits=18,
        decimal_places=8,
        validators=[MinValueValidator(Decimal("0.00000001"))],
    )

    objects = RateQuerySet.as_manager()

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        ordering = ("currency", "-day")
        constraints = (models.UniqueConstraint(fields=("currency", "day"), name="exchange_rate_once"),)

    def __str__(self) -> str:
        return f"{self.currency} {self.day}: {self.rate}"


class Competitor(models.Model):
    """A company that sells what we sell."""

    history: ClassVar[Tracking] = Tracking()
    access_module = "sales"

    name = models.CharField(_("name"), max_length=100, unique=True)
    website = models.URLField(_("website"), blank=True)
    note = models.TextField(_("note"), blank=True)

    objects = CompetitorQuerySet.as_manager()

    class Meta:
        verbose_name = _("competitor")
        verbose_name_plural = _("competitors")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
