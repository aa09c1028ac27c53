"""What people take, and when they are away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm_site.assignment.querysets import AvailabilityQuerySet, PersonalQuerySet
from crm_site.calendars.models import BusinessCalendar
from crm_site.history.tracking import Tracking

if TYPE_CHECKING:
    from datetime import datetime


class Availability(models.Model):
    """What somebody takes. Without a row a person takes any number, by the hours of the default calendar."""

    history: ClassVar[Tracking] = Tracking()

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person"))
    takes_work = models.BooleanField(_("takes work"), default=True)
    daily_capacity = models.PositiveIntegerField(
        _("at most a day"),
        null=True,
        blank=True,
        help_text=_("Records of all kinds together, on one day of this person's zone. Empty: no limit."),
    )
    calendar = models.ForeignKey(
        BusinessCalendar,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="availabilities",
        verbose_name=_("business calendar"),
        help_text=_("Empty: the default one."),
    )

    objects = AvailabilityQuerySet.as_manager()

    class Meta:
        verbose_name = _("availability")
        verbose_name_plural = _("availabilities")

    def __str__(self) -> str:
        return f"{self.user_id}: {self.daily_capacity}"


class Absence(models.Model):
    """Days on which somebody gets nothing; the first and the last one included, as days of their own zone."""

    history: ClassVar[Tracking] = Tracking()

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="absences", verbose_name=_("person"), db_index=False
    )
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    note = models.CharField(_("note"), max_length=100, blank=True)
    created_at: models.DateTimeField[Any, datetime] = models.DateTimeField(_("created"), auto_now_add=True)

    objects = PersonalQuerySet.as_manager()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ("first_day", "id")
        constraints = (models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="absence_forward"),)
        indexes = (models.Index(fields=("user", "last_day"), name="absences_of"),)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.first_day} – {self.last_day}"
