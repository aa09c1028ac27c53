"""Leads: enquiries by customers who are prospects still, until they become opportunities or come to nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

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
from sales.choices import LIVE_LEADS, Fading, LeadChannel, LeadGrade, LeadStatus
from sales.models.opportunity import Opportunity
from sales.models.pipeline import Reason
from sales.models.product import Product
from sales.querysets import LeadPolicyQuerySet, LeadQuerySet, LearnedScoreQuerySet, ScoreRuleQuerySet

LIVE = Q(status__in=[one.value for one in LIVE_LEADS])
DERIVED = (
    "search_text", "sort_key", "score", "grade", "score_parts", "scored_at", "response_due_at", "reassign_at",
    "first_response_at", "response_seconds", "touched_at", "pooled_at", "returns_at",
)  # fmt: skip


class Lead(CustomisedModel, OwnedModel):
    """An enquiry: who asks for what, where it came from, and what became of it.

    `received_at` is when it came in, `first_response_at` when somebody of ours first got in touch, `response_seconds`
    the business time between, and `response_due_at` until when that was promised; where a rule of assignment wants it,
    somebody else gets the lead at `reassign_at`. A lead without an owner waits in
    the public pool (`pooled_at`). An owner who leaves it alone loses it at `returns_at` (None: never); `touched_at`
    is the last sign of work. `score` is computed by rules, with its parts in `score_parts`. Where it led to is
    `opportunity`; whom it was merged into is `merged_into`.
    """

    history: ClassVar[Tracking] = Tracking(hidden=DERIVED)

    access_module = "sales"
    custom_host = "lead"

    number = models.CharField(_("number"), max_length=64, unique=True)
    title = models.CharField(_("about"), max_length=200)
    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="leads", verbose_name=_("customer"), db_index=False
    )
    status = models.CharField(_("status"), max_length=12, choices=LeadStatus.choices, default=LeadStatus.NEW)
    channel = models.CharField(_("came in by"), max_length=6, choices=LeadChannel.choices, default=LeadChannel.MANUAL)
    source = models.CharField(_("source"), max_length=100, blank=True)
    campaign = models.CharField(_("campaign"), max_length=100, blank=True)
    came_from = models.JSONField(
        _("where they came from"), default=dict, blank=True, editable=False, help_text=_("UTM values, page, referrer.")
    )
    message = models.TextField(_("message"), blank=True)
    product = models.ForeignKey(
        Product, models.SET_NULL, null=True, blank=True, related_name="leads", verbose_name=_("product")
    )
    language = models.CharField(_("language"), max_length=10, blank=True)
    region = models.CharField(_("region"), max_length=100, blank=True)
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    response_due_at = models.DateTimeField(_("answer due"), null=True, blank=True, editable=False)
    reassign_at = models.DateTimeField(null=True, blank=True, editable=False)
    first_response_at = models.DateTimeField(_("first answer"), null=True, blank=True, editable=False)
    response_seconds = models.BigIntegerField(_("business seconds to the first answer"), null=True, editable=False)
    touched_at = models.DateTimeField(_("last touched"), default=timezone.now, editable=False)
    pooled_at = models.DateTimeField(_("in the pool since"), null=True, blank=True, editable=False)
    returns_at = models.DateTimeField(_("returns to the pool"), null=True, blank=True, editable=False)
    score = models.IntegerField(_("score"), default=0, editable=False)
    grade = models.CharField(
        _("grade"), max_length=4, choices=LeadGrade.choices, default=LeadGrade.COLD, editable=False
    )
    score_parts = models.JSONField(default=list, editable=False)
    scored_at = models.DateTimeField(null=True, editable=False)
    reason = models.ForeignKey(
        Reason, models.PROTECT, null=True, blank=True, related_name="leads", verbose_name=_("reason")
    )
    close_note = models.TextField(_("how it ended"), blank=True)
    closed_at = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)
    revive_on = models.DateField(_("take up again on"), null=True, blank=True)
    opportunity = models.OneToOneField(
        Opportunity, models.SET_NULL, null=True, blank=True, related_name="lead", verbose_name=_("opportunity")
    )
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="merged", verbose_name=_("merged into")
    )
    search_text = models.TextField(editable=False, default="")
    sort_key = models.CharField(max_length=200, editable=False, default="")

    objects = LeadQuerySet.as_manager()

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        indexes = (
            models.Index(fields=("received_at", "id"), name="lead_received"),
            models.Index(fields=("owner", "received_at", "id"), name="lead_owner_received"),
            models.Index(fields=("score", "id"), name="lead_score"),
            models.Index(fields=("owner", "score", "id"), name="lead_owner_score"),
            models.Index(fields=("sort_key", "id"), name="lead_sort"),
            models.Index(fields=("owner", "sort_key", "id"), name="lead_owner_sort"),
            models.Index(fields=("customer", "received_at"), name="lead_customer"),
            models.Index(fields=("status", "received_at", "id"), condition=LIVE, name="lead_board"),
            models.Index(fields=("owner", "status", "received_at", "id"), condition=LIVE, name="lead_owner_board"),
            models.Index(fields=("received_at", "id"), condition=LIVE & Q(owner=None), name="lead_pool"),
            models.Index(fields=("returns_at",), condition=LIVE & Q(returns_at__isnull=False), name="lead_returning"),
            models.Index(
                fields=("response_due_at",),
                condition=LIVE & Q(first_response_at=None, response_due_at__isnull=False),
                name="lead_waiting",
            ),
            models.Index(
                fields=("reassign_at",),
                condition=LIVE & Q(first_response_at=None, reassign_at__isnull=False),
                name="lead_reassigning",
            ),
            models.Index(fields=("revive_on",), condition=Q(revive_on__isnull=False), name="lead_reviving"),
            GinIndex(fields=("custom",), name="lead_custom", opclasses=("jsonb_path_ops",)),
            GinIndex(fields=("search_text",), name="lead_search", opclasses=("gin_trgm_ops",)),
        )
        constraints = (
            models.CheckConstraint(
                condition=~Q(status=LeadStatus.DISQUALIFIED) | Q(reason__isnull=False) | Q(merged_into__isnull=False),
                name="lead_given_up_for_a_reason",
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of the lead's page."""
        return reverse("sales:lead-detail", args=[self.pk])

    @property
    def is_live(self) -> bool:
        """Tell whether it is still being worked on."""
        return self.status in LIVE_LEADS

    @property
    def clock_words(self) -> str:
        """How long the first answer took in business time, or that there was none yet."""
        if self.response_seconds is None:
            return ""
        hours, minutes = divmod(self.response_seconds // 60, 60)
        return f"{hours}:{minutes:02d} h"

    @property
    def late(self) -> bool:
        """Tell whether the promised first answer is late now."""
        return self.is_overdue(timezone.now())

    def is_overdue(self, now: dt.datetime) -> bool:
        """Tell whether the promised first answer is late."""
        due = self.response_due_at
        return self.is_live and self.first_response_at is None and due is not None and due <= now


class LearnedLeadScore(models.Model):
    """What earlier leads teach about one that is worked on: written by analytics, shown beside the score of the rules.

    `chance` is the probability, from 0 to 1, that the lead is converted. `factors` are the facts that move it most,
    the strongest first: `field` (a field of the rules of leads), `value`, `effect` on the chance as a difference of
    probabilities, and `count`, on how many earlier leads with that value it rests.
    """

    history: ClassVar[Tracking] = Tracking(root="lead", updates=False)

    lead = models.OneToOneField(Lead, models.CASCADE, primary_key=True, related_name="learned", verbose_name=_("lead"))
    chance = models.FloatField(_("chance"))
    factors: models.JSONField[Any, Any] = models.JSONField(_("factors"), default=list)
    computed_at = models.DateTimeField(_("computed"))

    objects = LearnedScoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("learned score of a lead")
        verbose_name_plural = _("learned scores of leads")
        constraints = (models.CheckConstraint(condition=Q(chance__range=(0, 1)), name="lead_chance_is_one"),)

    def __str__(self) -> str:
        return f"{self.lead_id}: {self.chance:.0%}"


class LeadPolicy(models.Model):
    """How leads are handled: one row.

    Somebody should get in touch within `response_minutes` of business time. A lead is hot or warm from a score on. A
    colleague may claim `daily_claims` leads a day and hold `holdings` live ones at a time (None: any number). Who
    leaves a lead alone for so many days loses it to the pool, by its grade; None keeps it for ever.
    """

    history: ClassVar[Tracking] = Tracking()
    access_module = "sales"

    response_minutes = models.PositiveIntegerField(
        _("minutes to the first answer"),
        default=240,
        validators=[MinValueValidator(1), MaxValueValidator(48_000)],
        help_text=_("In business time, where no rule of assignment says otherwise."),
    )
    hot_from = models.IntegerField(_("hot from"), default=60)
    warm_from = models.IntegerField(_("warm from"), default=25)
    daily_claims = models.PositiveSmallIntegerField(_("claims a day"), null=True, blank=True, default=20)
    holdings = models.PositiveIntegerField(_("live leads at a time"), null=True, blank=True, default=200)
    hot_days = models.PositiveSmallIntegerField(_("days for hot leads"), null=True, blank=True, default=3)
    warm_days = models.PositiveSmallIntegerField(_("days for warm leads"), null=True, blank=True, default=7)
    cold_days = models.PositiveSmallIntegerField(_("days for cold leads"), null=True, blank=True, default=14)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at: models.DateTimeField[Any, dt.datetime] = models.DateTimeField(_("changed"), auto_now=True)

    objects = LeadPolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("handling of leads")
        verbose_name_plural = _("handling of leads")
        constraints = (models.CheckConstraint(condition=Q(hot_from__gte=F("warm_from")), name="lead_hot_above_warm"),)

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    def days(self, grade: str) -> int | None:
        """Return after how many days of silence a lead of that grade goes back."""
        by_grade = {LeadGrade.HOT: self.hot_days, LeadGrade.WARM: self.warm_days, LeadGrade.COLD: self.cold_days}
        return by_grade[LeadGrade(grade)]

    def grade(self, score: int) -> LeadGrade:
        """Return the grade of a score."""
        if score >= self.hot_from:
            return LeadGrade.HOT
        return LeadGrade.WARM if score >= self.warm_from else LeadGrade.COLD


class ScoreRule(models.Model):
    """What makes a lead more or less promising: who meets the condition gets the points.

    With a half-life the points fade: half of them are left after so many days since what `fades_from` names.
    """

    history: ClassVar[Tracking] = Tracking()
    access_module = "sales"

    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveSmallIntegerField(_("order"), default=0, editable=False)
    condition: models.JSONField[Any, Any] = models.JSONField(_("condition"), default=dict, editable=False)
    points = models.SmallIntegerField(_("points"), validators=[MinValueValidator(-100), MaxValueValidator(100)])
    half_life_days = models.PositiveSmallIntegerField(
        _("half-life in days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("After so many days half the points are left. Leave empty for points that stay."),
    )
    fades_from = models.CharField(_("fades from"), max_length=8, choices=Fading.choices, default=Fading.RECEIVED)
    is_active = models.BooleanField(_("in use"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at: models.DateTimeField[Any, dt.datetime] = models.DateTimeField(_("changed"), auto_now=True)

    objects = ScoreRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("scoring rule")
        verbose_name_plural = _("scoring rules")
        ordering = ("position", "id")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return its place on the page of scoring."""
        return f"{reverse('sales:scoring')}#rule-{self.pk}"
