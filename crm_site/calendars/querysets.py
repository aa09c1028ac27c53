"""Chainable vocabulary of business calendars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from crm_site.staff.querysets import FollowingQuerySet, SharedQuerySet

if TYPE_CHECKING:
    from crm_site.calendars.models import BusinessCalendar, CalendarException, OpeningHours  # noqa: F401 - in strings


class BusinessCalendarQuerySet(SharedQuerySet["BusinessCalendar"]):
    """Calendars: seen and changed by those who set up."""

    def default(self) -> Self:
        """Keep the one that holds where nothing else is said."""
        return self.filter(is_default=True)


class OpeningHoursQuerySet(FollowingQuerySet["OpeningHours"]):
    """Hours: seen with their calendar."""

    parent = "calendar"


class CalendarExceptionQuerySet(FollowingQuerySet["CalendarException"]):
    """Exceptions: seen with their calendar."""

    parent = "calendar"
