"""What analytics knows of a customer: two one-to-one rows that only analytics fills."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm_site.history.tracking import Tracking
from customers.choices import HealthState, RfmSegment, Tier
from customers.models.customer import Customer

_MONEY: dict[str, Any] = {"max_digits": 18, "decimal_places": 4, "default": 0}


class CustomerMetrics(models.Model):
    """Live counters, refreshed after every order and answer; money in the base currency.

    The columns lists sort by are never null: 0 stands for "none yet", and the nullable twin tells.
    """

    history: ClassVar[Tracking] = Tracking(root="customer", updates=False)

    customer = models.OneToOneField(Customer, models.CASCADE, primary_key=True, related_name="metrics")
    orders_count = models.PositiveIntegerField(_("orders"), default=0)
    credits_count = models.PositiveIntegerField(_("credits"), default=0)
    net_revenue = models.DecimalField(_("net revenue"), **_MONEY)
    first_order_at = models.DateTimeField(_("first order"), null=True)
    last_order_at = models.DateTimeField(_("last order"), null=True)
    last_order_key = models.BigIntegerField(default=0, editable=False)
    last_nps = models.PositiveSmallIntegerField(_("last NPS answer"), null=True)
    last_csat = models.PositiveSmallIntegerField(_("last CSAT answer"), null=True)

    class Meta:
        verbose_name = _("customer figures")
        verbose_name_plural = _("customer figures")
        indexes = (
            models.Index(fields=("net_revenue", "customer"), name="metrics_revenue"),
            models.Index(fields=("orders_count", "customer"), name="metrics_orders"),
            models.Index(fields=("last_order_key", "customer"), name="metrics_last_order"),
        )

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.orders_count}"


class CustomerScore(models.Model):
    """The latest RFM score, lifetime value, value tier and health, written in chunks by batch jobs.

    `clv` and its interval are in the base currency over the next twelve months; `p_alive` is a probability. `health`
    and its four parts go from 0 to 100; without a `health_state` nothing is known yet and `health` means nothing.
    """

    history: ClassVar[Tracking] = Tracking(root="customer", updates=False)

    customer = models.OneToOneField(Customer, models.CASCADE, primary_key=True, related_name="score")
    r = models.PositiveSmallIntegerField(_("recency score"), null=True)
    f = models.PositiveSmallIntegerField(_("frequency score"), null=True)
    m = models.PositiveSmallIntegerField(_("monetary score"), null=True)
    segment = models.CharField(_("RFM segment"), max_length=20, choices=RfmSegment.choices, blank=True)
    rfm_on = models.DateField(_("scored on"), null=True)
    clv = models.DecimalField(_("lifetime value"), **_MONEY)
    clv_low = models.DecimalField(_("lifetime value, low"), null=True, max_digits=18, decimal_places=4)
    clv_high = models.DecimalField(_("lifetime value, high"), null=True, max_digits=18, decimal_places=4)
    p_alive = models.FloatField(_("P(alive)"), null=True)
    expected_purchases = models.FloatField(_("expected purchases"), null=True)
    clv_on = models.DateField(_("valued on"), null=True)
    tier = models.CharField(_("value tier"), max_length=6, choices=Tier.choices, blank=True)

    health = models.PositiveSmallIntegerField(_("health"), default=0, db_default=0)
    health_state = models.CharField(
        _("health in a word"), max_length=5, choices=HealthState.choices, blank=True, default="", db_default=""
    )
    health_rhythm = models.PositiveSmallIntegerField(_("rhythm of orders"), null=True, editable=False)
    health_trend = models.PositiveSmallIntegerField(_("trend of revenue"), null=True, editable=False)
    health_answer = models.PositiveSmallIntegerField(_("latest answer"), null=True, editable=False)
    health_issues = models.PositiveSmallIntegerField(_("open issues"), null=True, editable=False)

    class Meta:
        verbose_name = _("customer score")
        verbose_name_plural = _("customer scores")
        indexes = (
            models.Index(fields=("clv", "customer"), name="score_clv"),
            models.Index(fields=("segment", "customer"), name="score_segment"),
            models.Index(fields=("tier", "customer"), name="score_tier"),
            models.Index(fields=("r", "f"), name="score_rf"),
            models.Index(fields=("health", "customer"), name="score_health"),
            models.Index(fields=("health_state", "customer"), name="score_health_state"),
        )

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.segment}"

    @property
    def health_tone(self) -> str:
        """The tone in which the health's word is shown."""
        return {"good": "good", "watch": "warn", "risk": "bad"}.get(self.health_state, "")
