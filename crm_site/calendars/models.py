"""Tables of business time."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm_site.calendars.choices import ExceptionKind, Weekday
from crm_site.calendars.querysets import BusinessCalendarQuerySet, CalendarExceptionQuerySet, OpeningHoursQuerySet
from crm_site.calendars.working_time import DAY, Span
from crm_site.history.tracking import Tracking
from crm_site.staff.models import default_time_zone, validate_time_zone

if TYPE_CHECKING:
    from datetime import datetime

MIDNIGHT = dt.time()


def seconds_of(clock: dt.time) -> int:
    """Return the seconds after midnight."""
    return clock.hour * 3600 + clock.minute * 60 + clock.second


def span_of(opens: dt.time, closes: dt.time) -> Span:
    """Return an open span in seconds after midnight; closing at midnight is the end of the day."""
    return seconds_of(opens), seconds_of(closes) or DAY


class BusinessCalendar(models.Model):
    """When work is done: a zone, hours of the week, a country's public holidays and exceptions.

    One that is always open knows neither hours nor public holidays, only its exceptions.
    """

    history: ClassVar[Tracking] = Tracking()
    access_module = "setup"

    name = models.CharField(
        _("name"),
        max_length=60,
        unique=True,
        error_messages={"unique": _("There is a calendar of this name already.")},
    )
    time_zone = models.CharField(
        _("time zone"), max_length=50, default=default_time_zone, validators=[validate_time_zone]
    )
    country = models.CharField(
        _("public holidays of"), max_length=2, blank=True, help_text=_("Empty: no public holidays.")
    )
    subdivision = models.CharField(
        _("part of the country"),
        max_length=20,
        blank=True,
        help_text=_("Where parts of the country have holidays of their own, the code of the part, such as BY."),
    )
    is_always_open = models.BooleanField(
        _("always open"),
        default=False,
        help_text=_("Day and night, on holidays too; only exceptions close it."),
    )
    is_default = models.BooleanField(_("holds where nothing else is said"), default=False, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at: models.DateTimeField[Any, datetime] = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at: models.DateTimeField[Any, datetime] = models.DateTimeField(_("changed"), auto_now=True)

    objects = BusinessCalendarQuerySet.as_manager()

    class Meta:
        verbose_name = _("business calendar")
        verbose_name_plural = _("business calendars")
        ordering = ("-is_default", "name")
        constraints = (
            models.UniqueConstraint(fields=("is_default",), condition=Q(is_default=True), name="calendar_one_default"),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the page where it is set up."""
        return reverse("calendars:calendar-edit", args=[self.pk])


class OpeningHours(models.Model):
    """One open span of a day of the week; a day may have several."""

    history: ClassVar[Tracking] = Tracking(root="calendar")

    calendar = models.ForeignKey(
        BusinessCalendar, models.CASCADE, related_name="hours", verbose_name=_("business calendar"), db_index=False
    )
    weekday = models.PositiveSmallIntegerField(_("day of the week"), choices=Weekday.choices)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"), help_text=_("00:00 is midnight at the end of the day."))

    objects = OpeningHoursQuerySet.as_manager()

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ("weekday", "opens")
        constraints = (
            models.UniqueConstraint(fields=("calendar", "weekday", "opens"), name="opening_hours_once"),
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")) | Q(closes=MIDNIGHT), name="opening_hours_forward"
            ),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="opening_hours_weekday"),
        )

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"

    @property
    def span(self) -> Span:
        """The span in seconds after midnight."""
        return span_of(self.opens, self.closes)


class CalendarException(models.Model):
    """A day unlike the others: closed, or open although it is a weekend or holiday (调休), perhaps by other hours.

    Open without hours means the hours of the first open day of the week.
    """

    history: ClassVar[Tracking] = Tracking(root="calendar")

    calendar = models.ForeignKey(
        BusinessCalendar, models.CASCADE, related_name="exceptions", verbose_name=_("business calendar"), db_index=False
    )
    date = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=6, choices=ExceptionKind.choices, default=ExceptionKind.CLOSED)
    name = models.CharField(_("name"), max_length=60, blank=True)
    opens = models.TimeField(_("opens"), null=True, blank=True)
    closes = models.TimeField(_("closes"), null=True, blank=True)

    objects = CalendarExceptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("exception")
        verbose_name_plural = _("exceptions")
        ordering = ("date",)
        constraints = (
            models.UniqueConstraint(fields=("calendar", "date"), name="calendar_exception_once"),
            models.CheckConstraint(
                condition=Q(opens=None, closes=None)
                | Q(kind=ExceptionKind.OPEN, opens__isnull=False, closes__gt=F("opens"))
                | Q(kind=ExceptionKind.OPEN, opens__isnull=False, closes=MIDNIGHT),
                name="calendar_exception_hours",
            ),
        )

    def __str__(self) -> str:
        return f"{self.date}: {self.name or self.get_kind_display()}"
