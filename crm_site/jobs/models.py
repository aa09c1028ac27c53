"""The table of job runs."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.jobs.registry import JOBS
from crm_site.staff.choices import Scope

if TYPE_CHECKING:
    from crm_site.staff.models import User


class JobState(models.TextChoices):
    """Where a run stands."""

    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    SUCCEEDED = "succeeded", _("Succeeded")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


ACTIVE = (JobState.QUEUED, JobState.RUNNING)


class JobRunQuerySet(models.QuerySet["JobRun"]):
    """Vocabulary of job runs."""

    def active(self) -> Self:
        """Keep runs that are queued or running."""
        return self.filter(state__in=ACTIVE)

    def lost(self, after_seconds: float) -> Self:
        """Keep running runs whose heartbeat is older than that: their worker is gone."""
        return self.filter(
            state=JobState.RUNNING, heartbeat_at__lt=timezone.now() - dt.timedelta(seconds=after_seconds)
        )

    def visible_to(self, user: User) -> Self:
        """Keep the user's own runs, and all runs of modules in which the user sees everything."""
        seen = [code for code, one in JOBS.items() if user.access.view_scope(one.module) is Scope.ALL]
        return self.filter(models.Q(started_by=user) | models.Q(name__in=seen))

    def editable_by(self, user: User) -> Self:
        """Keep the user's own runs, and all runs of modules in which the user may change everything."""
        changed = [code for code, one in JOBS.items() if user.access.edit_scope(one.module) is Scope.ALL]
        return self.filter(models.Q(started_by=user) | models.Q(name__in=changed))


class JobRun(models.Model):
    """One run of a job. PostgreSQL is the truth about it; a broker message is only a ring at the door."""

    name = models.CharField(_("job"), max_length=50)
    params = models.JSONField(_("parameters"), default=dict)
    key = models.CharField(max_length=64, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    done = models.BigIntegerField(_("done"), default=0)
    total = models.BigIntegerField(_("of"), default=0)
    phase = models.CharField(_("phase"), max_length=100, blank=True)
    checkpoint = models.JSONField(default=dict, editable=False)
    counts = models.JSONField(_("counts"), default=dict)
    result = models.JSONField(_("result"), default=dict)
    error = models.TextField(_("error"), blank=True)
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=0)
    cancel_requested = models.BooleanField(default=False)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("started by"),
    )
    created_at = models.DateTimeField(_("requested"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True)
    heartbeat_at = models.DateTimeField(_("last sign of life"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects = JobRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("job run")
        verbose_name_plural = _("job runs")
        ordering = ("-id",)
        indexes = (models.Index(fields=("name", "-id"), name="jobrun_name_latest"),)
        constraints = (
            # A second start of the same work joins the first.
            models.UniqueConstraint(
                fields=("name", "key"), condition=models.Q(state__in=ACTIVE), name="one_active_run"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"

    @property
    def title(self) -> str:
        """The job's title in the active language; its name when the job no longer exists."""
        definition = JOBS.get(self.name)
        return str(definition.title) if definition else self.name

    @property
    def is_active(self) -> bool:
        """Tell whether the run may still do something."""
        return self.state in ACTIVE

    @property
    def seconds(self) -> float:
        """Return seconds of work so far, or in all."""
        if self.started_at is None:
            return 0.0
        return ((self.finished_at or timezone.now()) - self.started_at).total_seconds()

    @property
    def rate(self) -> float | None:
        """Return items per second, or None before there is anything to measure."""
        return self.done / self.seconds if self.done and self.seconds > 0 else None

    @property
    def seconds_left(self) -> float | None:
        """Return the estimate of seconds to go, or None while it cannot be told."""
        if not self.rate or not self.total or self.state != JobState.RUNNING:
            return None
        return max(self.total - self.done, 0) / self.rate

    @property
    def params_line(self) -> str:
        """The parameters that were given, in one line."""
        return ", ".join(f"{name} {value}" for name, value in self.params.items() if value is not None)

    @property
    def counts_line(self) -> str:
        """The counts that are not zero, in one line."""
        return ", ".join(f"{name} {number}" for name, number in self.counts.items() if number)

    @property
    def tone(self) -> str:
        """The colour word of the state."""
        tones = {JobState.SUCCEEDED: "good", JobState.FAILED: "bad", JobState.RUNNING: "info"}
        return tones.get(JobState(self.state), "flat")
