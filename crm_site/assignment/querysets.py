"""Chainable vocabulary of assignment."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db.models import QuerySet

from crm_site.staff.querysets import FollowingQuerySet, SharedQuerySet

if TYPE_CHECKING:
    from crm_site.assignment.models import (  # noqa: F401 - named in strings below
        Absence,
        AssignmentLog,
        AssignmentMember,
        AssignmentRule,
        Availability,
    )
    from crm_site.staff.models import User


class AssignmentRuleQuerySet(SharedQuerySet["AssignmentRule"]):
    """Rules: seen and changed by those who set up."""

    def in_force(self, kind: str) -> Self:
        """Keep the rules of a kind that are asked, in the order in which they are."""
        return self.filter(kind=kind, is_active=True).order_by("position", "pk")


class AssignmentMemberQuerySet(FollowingQuerySet["AssignmentMember"]):
    """Members: seen with their rule."""

    parent = "rule"


class AssignmentLogQuerySet(SharedQuerySet["AssignmentLog"]):
    """Who got what and why: seen by those who set up, written by assignment alone."""

    def editable_by(self, user: User) -> Self:
        """Keep none: a log is not changed."""
        return self.none()

    def of(self, kind: str, record_id: int) -> Self:
        """Keep what happened to one record, the latest first."""
        return self.filter(kind=kind, record_id=record_id).order_by("-at", "-pk")


class PersonalQuerySet(QuerySet["Absence"]):
    """What belongs to one person, who sees it with those who set up."""

    def visible_to(self, user: User) -> Self:
        """Keep the user's own, or all for those who set up."""
        return self if user.access.can_edit("setup") else self.filter(user=user)

    def editable_by(self, user: User) -> Self:
        """Keep what the user sees: everybody enters their own."""
        return self.visible_to(user)

    def covering(self, first: dt.date, last: dt.date) -> Self:
        """Keep the absences that touch these days."""
        return self.filter(first_day__lte=last, last_day__gte=first)

    def from_day(self, day: dt.date) -> Self:
        """Keep what is not over on a day."""
        return self.filter(last_day__gte=day)


class AvailabilityQuerySet(QuerySet["Availability"]):
    """What people take: set by those who set up."""

    def visible_to(self, user: User) -> Self:
        """Keep all of them for those who set up, otherwise none."""
        return self if user.access.can_edit("setup") else self.none()

    def editable_by(self, user: User) -> Self:
        """Keep what the user sees."""
        return self.visible_to(user)
