"""Business time of the demo company, and a hand for apps whose records it assigns by rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from crm_site.assignment.models import Absence, AssignmentMember, AssignmentRule, Availability
from crm_site.calendars.choices import ExceptionKind
from crm_site.calendars.models import BusinessCalendar, CalendarException, OpeningHours

if TYPE_CHECKING:
    from crm_site.demo.writing import DemoWriter
    from crm_site.staff.models import User

WEEKDAYS = range(5)
MORNING, AFTERNOON = (dt.time(9), dt.time(12)), (dt.time(13, 30), dt.time(18))
# name, facts, spans of Monday to Friday
CALENDARS: tuple[tuple[str, dict[str, Any], tuple[tuple[dt.time, dt.time], ...]], ...] = (
    ("China 中国", {"time_zone": "Asia/Shanghai", "country": "CN"}, (MORNING, AFTERNOON)),
    ("Germany", {"time_zone": "Europe/Berlin", "country": "DE", "subdivision": "BY"}, ((dt.time(8, 30), dt.time(17)),)),
    ("Around the clock", {"time_zone": "UTC", "is_always_open": True}, ()),
)
TAKES = 12


def write_worktime(writer: DemoWriter) -> None:
    """Write calendars, what the sales people take, and an absence that lies ahead."""
    made = {name: _write_calendar(writer, name, facts, spans) for name, facts, spans in CALENDARS}
    reps = writer.holding("rep")
    takes = [
        Availability(
            user=user,
            daily_capacity=TAKES,
            calendar=made["China 中国" if user.language.startswith("zh") else "Germany"],
        )
        for user in reps
    ]
    # Somebody whose colleague set this up already keeps it.
    Availability.objects.bulk_create(takes, ignore_conflicts=True)
    mine = Availability.objects.filter(user__in=reps, calendar__in=made.values())
    writer.mark(Availability, list(mine.order_by("pk").values_list("pk", flat=True)))
    first = writer.day + dt.timedelta(days=9)
    away = Absence.objects.create(
        user=reps[-1], first_day=first, last_day=first + dt.timedelta(days=6), note="Family visit"
    )
    writer.mark(Absence, [away.pk])


def write_rule(
    writer: DemoWriter, kind: str, facts: Mapping[str, Any], weights: Mapping[User, int] | None = None
) -> AssignmentRule:
    """Write a rule of assignment behind the others of its kind; apps call this from their part of the demo."""
    position = AssignmentRule.objects.filter(kind=kind).count() + 1
    rule = AssignmentRule.objects.create(kind=kind, position=position, **facts)
    writer.mark(AssignmentRule, [rule.pk])
    members = AssignmentMember.objects.bulk_create(
        AssignmentMember(rule=rule, user=user, weight=weight) for user, weight in (weights or {}).items()
    )
    writer.mark(AssignmentMember, [one.pk for one in members])
    return rule


def _write_calendar(
    writer: DemoWriter, name: str, facts: dict[str, Any], spans: tuple[tuple[dt.time, dt.time], ...]
) -> BusinessCalendar:
    calendar, created = BusinessCalendar.objects.get_or_create(name=name, defaults=facts)
    if not created:
        return calendar
    writer.mark(BusinessCalendar, [calendar.pk])
    hours = OpeningHours.objects.bulk_create(
        OpeningHours(calendar=calendar, weekday=weekday, opens=opens, closes=closes)
        for weekday in WEEKDAYS
        for opens, closes in spans
    )
    writer.mark(OpeningHours, [one.pk for one in hours])
    outing = CalendarException.objects.create(
        calendar=calendar, date=writer.day + dt.timedelta(days=40), kind=ExceptionKind.CLOSED, name="Company outing"
    )
    writer.mark(CalendarException, [outing.pk])
    return calendar
