"""Surveys and their answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm_site.fields.hosts import CustomisedModel
from crm_site.history.tracking import Tracking
from crm_site.staff.models import OwnedModel
from customers.models import Customer
from service.choices import SurveyKind
from service.querysets import SurveyAnswerQuerySet, SurveyQuerySet

if TYPE_CHECKING:
    from datetime import datetime


class Survey(models.Model):
    """One question asked of customers."""

    history: ClassVar[Tracking] = Tracking()

    access_module = "service"

    name = models.CharField(_("name"), max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=4, choices=SurveyKind.choices)
    question = models.CharField(_("question"), max_length=300, blank=True)
    is_active = models.BooleanField(_("collects answers"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at: models.DateTimeField[Any, datetime] = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at: models.DateTimeField[Any, datetime] = models.DateTimeField(_("changed"), auto_now=True)

    objects = SurveyQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        indexes = (models.Index(fields=("created_at", "id"), name="survey_created"),)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the survey's page."""
        return reverse("service:survey-detail", args=[self.pk])


class SurveyAnswer(CustomisedModel, OwnedModel):
    """One answer. `occasion` tells answers of one customer to one survey apart: the same occasion replaces.

    `kind` repeats the survey's kind, so that figures need no join; owner and team are the customer's.
    """

    history: ClassVar[Tracking] = Tracking()

    access_module = "service"
    custom_host = "answer"

    survey = models.ForeignKey(Survey, models.PROTECT, related_name="answers", verbose_name=_("survey"))
    kind = models.CharField(_("kind"), max_length=4, choices=SurveyKind.choices, editable=False)
    customer = models.ForeignKey(
        Customer,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="answers",
        verbose_name=_("customer"),
        db_index=False,
    )
    score = models.PositiveSmallIntegerField(_("score"))
    comment = models.TextField(_("comment"), blank=True)
    answered_at = models.DateTimeField(_("answered"), default=timezone.now)
    occasion = models.CharField(max_length=100, blank=True, editable=False)

    objects = SurveyAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey answer")
        verbose_name_plural = _("survey answers")
        indexes = (
            models.Index(fields=("answered_at", "id"), name="answer_date"),
            models.Index(fields=("owner", "answered_at", "id"), name="answer_owner_date"),
            models.Index(fields=("score", "id"), name="answer_score"),
            models.Index(fields=("customer", "answered_at"), name="answer_customer"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("survey", "occasion"), condition=~Q(occasion=""), name="one_answer_per_occasion"
            ),
            models.CheckConstraint(
                condition=(Q(kind="nps", score__lte=10) | Q(kind="csat", score__gte=1, score__lte=5)),
                name="score_on_scale",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.score}"

    def get_absolute_url(self) -> str:
        """Return the address of the answer's page."""
        return reverse("service:answer-detail", args=[self.pk])

    @property
    def customer_label(self) -> str:
        """The customer's name, or that nobody signed the answer."""
        return self.customer.name if self.customer else gettext("Anonymous")
