"""Opportunities: what may be sold to whom, how far it has come, and everything that happened to it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.fields.hosts import CustomisedModel
from crm_site.history.tracking import Tracking
from crm_site.staff.models import OwnedModel
from customers.models import Customer
from sales.choices import DealHealth, DealStatus, ForecastCategory
from sales.models.market import Competitor
from sales.models.pipeline import Pipeline, Reason, Stage
from sales.models.product import Product
from sales.querysets import OpportunityQuerySet

OPEN = Q(status=DealStatus.OPEN)
DERIVED = (
    "search_text", "sort_key", "base_amount", "stage_entered_at", "touched_at", "rots_at", "next_step",
    "next_step_date", "push_count",
)  # fmt: skip


class Opportunity(CustomisedModel, OwnedModel):
    """A deal that may come about.

    `amount` is in `currency`, `base_amount` the same in the base currency at the rate of the day it was entered.
    `stage` stays what it was when the deal ends; `probability` is 100 for what is won and 0 for what is lost.
    `next_step` and its day follow the earliest open task about the deal; `touched_at` is the last move, talk or edit,
    and from `rots_at` on the deal is stalled (None: never). `push_count` counts how often its closing was put off:
    the database counts. `stage_entered_at` and `closed_at` are when the stage was entered and the deal ended.
    """

    history: ClassVar[Tracking] = Tracking(hidden=DERIVED, many=("competitors",))

    access_module = "sales"
    custom_host = "opportunity"

    number = models.CharField(_("number"), max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=200)
    customer = models.ForeignKey(
        Customer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="opportunities",
        verbose_name=_("customer"),
        help_text=_("May be left empty until it is known who buys."),
        db_index=False,
    )
    pipeline = models.ForeignKey(Pipeline, models.PROTECT, related_name="opportunities", verbose_name=_("pipeline"))
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="opportunities", verbose_name=_("stage"))
    status = models.CharField(_("status"), max_length=4, choices=DealStatus.choices, default=DealStatus.OPEN)
    amount = models.DecimalField(
        _("amount"), max_digits=18, decimal_places=4, default=0, validators=[MinValueValidator(0)]
    )
    amount_from_lines = models.BooleanField(_("amount from products"), default=False)
    currency = models.CharField(_("currency"), max_length=3)
    exchange_rate = models.DecimalField(_("rate to base currency"), max_digits=18, decimal_places=8, default=1)
    base_amount = models.DecimalField(_("amount in base currency"), max_digits=18, decimal_places=4, default=0)
    probability = models.DecimalField(
        _("probability in %"),
        max_digits=5,
        decimal_places=2,
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    base_weighted = models.GeneratedField(
        expression=F("base_amount") * F("probability") / Decimal(100),
        output_field=models.DecimalField(max_digits=18, decimal_places=4),
        db_persist=True,
        verbose_name=_("weighted amount"),
    )
    category = models.CharField(
        _("forecast category"),
        max_length=9,
        choices=ForecastCategory.choices,
        default=ForecastCategory.PIPELINE,
    )
    source = models.CharField(_("source"), max_length=100, blank=True)
    product = models.ForeignKey(
        Product,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="opportunities",
        verbose_name=_("product"),
        help_text=_("What it is mainly about; several stand in the lines."),
    )
    expected_close = models.DateField(_("expected close"))
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    stage_entered_at = models.DateTimeField(_("in this stage since"), default=timezone.now)
    touched_at = models.DateTimeField(_("last touched"), default=timezone.now)
    rots_at = models.DateTimeField(_("stalled from"), null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    reason = models.ForeignKey(
        Reason, models.PROTECT, null=True, blank=True, related_name="opportunities", verbose_name=_("reason")
    )
    lost_to = models.ForeignKey(
        Competitor, models.SET_NULL, null=True, blank=True, related_name="wins", verbose_name=_("lost to")
    )
    close_note = models.TextField(_("how it ended"), blank=True)
    competitors = models.ManyToManyField(
        Competitor, blank=True, related_name="opportunities", verbose_name=_("competitors")
    )
    note = models.TextField(_("note"), blank=True)
    next_step = models.CharField(_("next step"), max_length=200, blank=True, editable=False)
    next_step_date = models.DateField(_("next step on"), null=True, blank=True, editable=False)
    push_count = models.PositiveSmallIntegerField(_("times pushed back"), default=0, editable=False)
    search_text = models.TextField(editable=False, default="")
    sort_key = models.CharField(max_length=200, editable=False, default="")

    objects = OpportunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("opportunity")
        verbose_name_plural = _("opportunities")
        indexes = (
            models.Index(fields=("sort_key", "id"), name="deal_sort"),
            models.Index(fields=("owner", "sort_key", "id"), name="deal_owner_sort"),
            models.Index(fields=("expected_close", "id"), name="deal_close"),
            models.Index(fields=("owner", "expected_close", "id"), name="deal_owner_close"),
            models.Index(fields=("base_amount", "id"), name="deal_amount"),
            models.Index(fields=("owner", "base_amount", "id"), name="deal_owner_amount"),
            models.Index(fields=("opened_at", "id"), name="deal_opened"),
            models.Index(fields=("owner", "opened_at", "id"), name="deal_owner_opened"),
            models.Index(fields=("customer", "opened_at"), name="deal_customer"),
            models.Index(fields=("closed_at", "id"), name="deal_closed", condition=~OPEN),
            # Boards, forecasts and the flags of open deals read these alone: they stay small while deals end.
            models.Index(
                fields=("stage", "expected_close", "id"),
                include=("owner", "team", "base_amount", "base_weighted"),
                condition=OPEN,
                name="deal_board",
            ),
            models.Index(fields=("owner", "stage", "expected_close", "id"), condition=OPEN, name="deal_owner_board"),
            models.Index(fields=("owner", "rots_at"), condition=OPEN, name="deal_rotting"),
            models.Index(fields=("owner", "id"), condition=OPEN & Q(next_step_date=None), name="deal_without_step"),
            models.Index(
                fields=("expected_close", "id"),
                include=("owner", "team", "category", "base_amount", "base_weighted"),
                condition=OPEN,
                name="deal_forecast",
            ),
            # Open deals close late and were opened late: among all, they would stand behind everything that ended.
            models.Index(fields=("owner", "expected_close", "id"), condition=OPEN, name="deal_owner_next"),
            models.Index(fields=("opened_at", "id"), condition=OPEN, name="deal_oldest"),
            models.Index(fields=("owner", "opened_at", "id"), condition=OPEN, name="deal_owner_oldest"),
            models.Index(
                fields=("closed_at",),
                include=("owner", "team", "base_amount"),
                condition=Q(status=DealStatus.WON),
                name="deal_won",
            ),
            GinIndex(fields=("custom",), name="deal_custom", opclasses=("jsonb_path_ops",)),
            GinIndex(fields=("search_text",), name="deal_search", opclasses=("gin_trgm_ops",)),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(status=DealStatus.OPEN, closed_at=None)
                | (~Q(status=DealStatus.OPEN) & Q(closed_at__isnull=False)),
                name="deal_closed_when_ended",
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="deal_amount_not_negative"),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the opportunity's page."""
        return reverse("sales:opportunity-detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Tell whether it is still being worked on."""
        return self.status == DealStatus.OPEN

    def is_stalled(self, now: dt.datetime) -> bool:
        """Tell whether an open deal was left alone for longer than its stage allows."""
        return self.is_open and self.rots_at is not None and self.rots_at <= now

    def is_late(self, today: dt.date) -> bool:
        """Tell whether an open deal should have been closed before `today`."""
        return self.is_open and self.expected_close < today

    @property
    def lacks_next_step(self) -> bool:
        """Tell whether nothing is planned for an open deal."""
        return self.is_open and self.next_step_date is None

    @property
    def health(self) -> DealHealth:
        """Return what an open deal wants most now, or how it ended."""
        if not self.is_open:
            return DealHealth(self.status)
        if self.is_late(timezone.localdate()):
            return DealHealth.OVERDUE
        if self.is_stalled(timezone.now()):
            return DealHealth.STALLED
        return DealHealth.NO_STEP if self.lacks_next_step else DealHealth.ON_TRACK

    @property
    def competitor_names(self) -> str:
        """Who else offers, in words."""
        return ", ".join(one.name for one in self.competitors.all())

    @property
    def customer_label(self) -> str:
        """The customer's name, empty until it is known who buys."""
        return self.customer.name if self.customer else ""
