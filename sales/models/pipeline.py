"""How deals go: pipelines with their stages, and the reasons why deals and leads end."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm_site.history.tracking import Tracking
from customers.models.classification import worded
from sales.choices import ForecastCategory, ReasonKind
from sales.querysets import PipelineQuerySet, ReasonQuerySet, StageQuerySet


class Named(models.Model):
    """Something an administrator names in both languages and puts in order."""

    name = models.CharField(_("name in English"), max_length=60)
    name_zh = models.CharField(_("name in Chinese"), max_length=60, blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the active language."""
        return worded(self.name, self.name_zh)


class Pipeline(Named):
    """One way of selling. Exactly one pipeline is the default: new opportunities go there."""

    history: ClassVar[Tracking] = Tracking()
    access_module = "sales"

    is_default = models.BooleanField(_("for new opportunities"), default=False)

    objects = PipelineQuerySet.as_manager()

    class Meta:
        verbose_name = _("pipeline")
        verbose_name_plural = _("pipelines")
        ordering = ("position", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("is_default",), condition=models.Q(is_default=True), name="one_default_pipeline"
            ),
        )

    def get_absolute_url(self) -> str:
        """Return its place on the page of pipelines."""
        return f"{reverse('sales:pipeline-list')}#pipeline-{self.pk}"


class Stage(Named):
    """One step of a pipeline that open opportunities stand in; how they ended is their status.

    `probability` is in per cent. An opportunity rots after `rot_days` without a touch (None: never). `required`
    names what must be filled before one may enter.
    """

    history: ClassVar[Tracking] = Tracking(root="pipeline")
    access_module = "sales"

    pipeline = models.ForeignKey(Pipeline, models.CASCADE, related_name="stages", verbose_name=_("pipeline"))
    probability = models.DecimalField(
        _("probability in %"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(10),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    rot_days = models.PositiveSmallIntegerField(
        _("days to rot"),
        null=True,
        blank=True,
        help_text=_("After so many days without a touch a deal shows as stalled. Leave empty for never."),
    )
    category = models.CharField(
        _("forecast category"),
        max_length=9,
        choices=ForecastCategory.choices,
        default=ForecastCategory.PIPELINE,
    )
    required = ArrayField(models.CharField(max_length=64), verbose_name=_("required fields"), default=list, blank=True)

    objects = StageQuerySet.as_manager()

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ("position", "id")


class Reason(Named):
    """Why a deal was won or lost, or a lead given up."""

    history: ClassVar[Tracking] = Tracking()
    access_module = "sales"

    kind = models.CharField(_("kind"), max_length=12, choices=ReasonKind.choices)

    objects = ReasonQuerySet.as_manager()

    class Meta:
        verbose_name = _("reason")
        verbose_name_plural = _("reasons")
        ordering = ("kind", "position", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "name"),
                name="reason_once",
                violation_error_message=_("There is a reason with this name already."),
            ),
        )

    def get_absolute_url(self) -> str:
        """Return its place on the page of reasons."""
        return f"{reverse('sales:reason-list')}#reason-{self.pk}"
