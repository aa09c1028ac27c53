"""Chainable vocabulary of customers."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from crm_site.lib.local_times import beginning_of
from crm_site.staff.choices import Scope
from crm_site.staff.querysets import FollowingQuerySet, OwnedQuerySet, SharedQuerySet, scope_filter
from customers.choices import SegmentKind, TaskState

if TYPE_CHECKING:
    from crm_site.staff.models import User
    from customers.models import (  # noqa: F401 - named in strings below
        Activity,
        Customer,
        LifecycleRule,
        Segment,
        SegmentPick,
        StageMove,
        Task,
        TaskSeries,
    )


class CustomerQuerySet(OwnedQuerySet["Customer"]):
    """Customers."""


class ActivityQuerySet(FollowingQuerySet["Activity"]):
    """Timeline entries."""

    parent = "customer"


class SegmentQuerySet(SharedQuerySet["Segment"]):
    """Segments: everybody who sees customers sees them; their members stay within each reader's scope."""

    def editable_by(self, user: User) -> Self:
        """Keep the user's own, or all for those who may change all customers."""
        if not user.access.can_edit(self._module()):
            return self.none()
        if user.access.edit_scope(self._module()) is Scope.ALL:
            return self
        return self.filter(owner=user)

    def dynamic(self) -> Self:
        """Keep those that follow a rule."""
        return self.filter(kind=SegmentKind.DYNAMIC)


class PickQuerySet(FollowingQuerySet["SegmentPick"]):
    """Customers picked by hand."""

    parent = "customer"


class LifecycleRuleQuerySet(models.QuerySet["LifecycleRule"]):
    """Rules of the lifecycle."""

    def in_force(self) -> Self:
        """Keep those that decide today."""
        return self.filter(retired_at=None).order_by("position")


class StageMoveQuerySet(FollowingQuerySet["StageMove"]):
    """Moves between stages."""

    parent = "customer"


class TaskSeriesQuerySet(OwnedQuerySet["TaskSeries"]):
    """What tasks repeat by."""

    def running(self) -> Self:
        """Keep those that go on."""
        return self.filter(ended=False)


class TaskQuerySet(OwnedQuerySet["Task"]):
    """Tasks, calls and meetings."""

    def open(self) -> Self:
        """Keep what is still to be done."""
        return self.filter(state=TaskState.OPEN)

    def overdue(self, now: dt.datetime) -> Self:
        """Keep what should have been done by now: after its moment, a day's task after its day."""
        return self.open().filter(overdue_at__lte=now)

    def due_on(self, day: dt.date, zone: zoneinfo.ZoneInfo) -> Self:
        """Keep what is due on a day as people in a zone live it; a task of a whole day is of that day everywhere."""
        return self.due_between(day, day, zone)

    def due_between(self, first: dt.date | None, last: dt.date | None, zone: zoneinfo.ZoneInfo) -> Self:
        """Keep what is due from one day to another, both included; an open end is None."""
        whole, timed = Q(all_day=True), Q(all_day=False)
        if first is not None:
            whole &= Q(due_date__gte=first)
            timed &= Q(due_at__gte=beginning_of(first, zone))
        if last is not None:
            whole &= Q(due_date__lte=last)
            timed &= Q(due_at__lt=beginning_of(last + dt.timedelta(days=1), zone))
        return self.filter(whole | timed)

    def visible_to(self, user: User) -> Self:
        """Keep what is within the user's reach, and the meetings the user is asked to."""
        scope = user.access.view_scope(self._module())
        condition = scope_filter(scope, user, user.access)
        if condition is None or scope is Scope.NONE:
            return super().visible_to(user)
        return self.filter(condition | self._asked(user))

    def personal_to(self, user: User) -> Self:
        """Keep what the user has to do or to attend, as far as the user may see it."""
        return self.visible_to(user).filter(Q(owner=user) | self._asked(user))

    def with_people(self) -> Self:
        """Fetch what a line about a task shows."""
        return self.select_related("owner", "customer")

    def _asked(self, user: User) -> Q:
        through = self.model.attendees.through._default_manager
        return Q(pk__in=through.filter(user_id=user.pk).values("task_id"))
