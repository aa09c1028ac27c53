"""Tasks, calls and meetings: what is to be done, when, for whom, and how it repeats."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.history.tracking import Tracking
from crm_site.lib.local_times import zone_of
from crm_site.lib.recurrence import Recurrence
from crm_site.lib.text import search_text
from crm_site.staff.models import OwnedModel, default_time_zone, validate_time_zone
from customers.choices import Priority, TaskKind, TaskState
from customers.models.customer import Customer
from customers.querysets import TaskQuerySet, TaskSeriesQuerySet

MAX_DURATION, MAX_REMINDER = 7 * 24 * 60, 60 * 24 * 60
SUBJECT = ("subject_kind", "subject_id")
DERIVED = ("due_date", "overdue_at", "remind_at", "reminded_at", "number", "search_text")


class TaskPlan(OwnedModel):
    """What a task and a series of tasks have in common.

    `zone` is where it was planned: local times count there. `remind_minutes` before the due moment the owner is
    told, before nine o'clock for a task of a whole day; None means never.
    """

    access_module = "customers"

    kind = models.CharField(_("kind"), max_length=10, choices=TaskKind.choices, default=TaskKind.TASK)
    title = models.CharField(_("title"), max_length=200)
    note = models.TextField(_("note"), blank=True)
    customer = models.ForeignKey(Customer, models.CASCADE, null=True, blank=True, verbose_name=_("customer"))
    subject_kind = models.CharField(max_length=30, blank=True)
    subject_id = models.BigIntegerField(null=True)
    all_day = models.BooleanField(_("all day"), default=False)
    zone = models.CharField(_("time zone"), max_length=50, default=default_time_zone, validators=[validate_time_zone])
    duration = models.PositiveIntegerField(
        _("minutes"), default=30, validators=[MaxValueValidator(MAX_DURATION)], help_text=_("How long it takes.")
    )
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority.choices, default=Priority.NORMAL)
    remind_minutes = models.PositiveIntegerField(
        _("reminder"), null=True, blank=True, validators=[MaxValueValidator(MAX_REMINDER)]
    )
    place = models.CharField(_("place"), max_length=200, blank=True)
    attendees = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="%(class)s_meetings", verbose_name=_("colleagues")
    )
    guests = models.ManyToManyField(Customer, blank=True, related_name="%(class)s_meetings", verbose_name=_("guests"))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title

    @property
    def found_by(self) -> str:
        """What it is found by, made ready for searching."""
        return search_text([self.title, self.place])


class TaskSeries(TaskPlan):
    """How a task repeats, and what each further one looks like.

    The times of its occurrences follow from the rule, the first local date and the local time. `last_number` is the
    number of the latest occurrence that was made; a series that has `ended` makes no more.
    """

    history: ClassVar[Tracking] = Tracking(hidden=(*SUBJECT, "last_number"), many=("attendees", "guests"))

    rule = models.CharField(_("rule"), max_length=200)
    first_date = models.DateField(_("first day"))
    first_time = models.TimeField(_("time"), null=True, blank=True)
    last_number = models.PositiveIntegerField(default=1)
    ended = models.BooleanField(_("ended"), default=False)

    objects = TaskSeriesQuerySet.as_manager()

    class Meta:
        verbose_name = _("series of tasks")
        verbose_name_plural = _("series of tasks")
        indexes = (models.Index(fields=("id",), name="taskseries_running", condition=Q(ended=False)),)

    @property
    def recurrence(self) -> Recurrence:
        """The rule as something that yields days."""
        return Recurrence.read(self.rule)


class Task(TaskPlan):
    """Something to do by a moment.

    `due_at` is in UTC, at local midnight for a task of a whole day; `due_date` is its day in the zone it was planned
    in. From `overdue_at` on it is late: the moment itself, the end of a meeting, the end of a whole day. All of
    these, and `remind_at`, are derived from the local planning by the services.
    """

    history: ClassVar[Tracking] = Tracking(hidden=(*SUBJECT, *DERIVED), many=("attendees", "guests"))

    series = models.ForeignKey(
        TaskSeries,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="tasks",
        verbose_name=_("series"),
        db_index=False,
    )
    number = models.PositiveIntegerField(null=True, blank=True)
    due_date = models.DateField(_("day"))
    due_at = models.DateTimeField(_("due"))
    overdue_at = models.DateTimeField(editable=False)
    remind_at = models.DateTimeField(null=True, blank=True, editable=False)
    reminded_at = models.DateTimeField(null=True, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=TaskState.choices, default=TaskState.OPEN)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    outcome = models.TextField(_("outcome"), blank=True)
    search_text = models.TextField(editable=False, default="")

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        indexes = (
            models.Index(fields=("due_at", "id"), name="task_due"),
            models.Index(fields=("owner", "due_at", "id"), name="task_owner_due"),
            models.Index(fields=("priority", "id"), name="task_priority"),
            models.Index(fields=("owner", "priority", "id"), name="task_owner_priority"),
            models.Index(fields=("customer", "state", "due_at"), name="task_customer"),
            models.Index(fields=("owner", "overdue_at"), name="task_overdue", condition=Q(state="open")),
            models.Index(
                fields=("remind_at", "id"),
                name="task_reminder",
                condition=Q(state="open", reminded_at__isnull=True, remind_at__isnull=False),
            ),
            models.Index(fields=("due_date",), name="task_whole_day", condition=Q(all_day=True)),
            GinIndex(fields=("search_text",), name="task_search", opclasses=("gin_trgm_ops",)),
        )
        constraints = (models.UniqueConstraint(fields=("series", "number"), name="task_occurrence_once"),)

    def get_absolute_url(self) -> str:
        """Return the address of the task's page."""
        return reverse("customers:task-detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Tell whether it is still to be done."""
        return self.state == TaskState.OPEN

    @property
    def is_overdue(self) -> bool:
        """Tell whether it should have been done by now."""
        return self.is_open and self.overdue_at <= timezone.now()

    @property
    def is_meeting(self) -> bool:
        """Tell whether people meet for it."""
        return self.kind == TaskKind.MEETING

    @property
    def clock(self) -> dt.time | None:
        """The local time where it was planned; None for a whole day."""
        return None if self.all_day else self.due_at.astimezone(zone_of(self.zone)).time()

    @property
    def starts_at(self) -> dt.datetime | None:
        """The moment it begins; None for a whole day."""
        return None if self.all_day else self.due_at

    @property
    def shown_day(self) -> dt.date:
        """The day as the reader lives it; a whole day is the same everywhere."""
        return self.due_date if self.all_day else timezone.localtime(self.due_at).date()

    @property
    def context_line(self) -> str:
        """What stands small under the title."""
        return self.customer.name if self.customer else self.place


class CalendarFeed(models.Model):
    """The secret address under which a person's calendar program reads tasks; only the digest of its token is kept."""

    history: ClassVar[Tracking] = Tracking(hidden=("token_digest",))

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="calendar_feed", verbose_name=_("user")
    )
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")

    def __str__(self) -> str:
        return str(self.user)
