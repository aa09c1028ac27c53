"""Factories of business calendars and of assignment."""

import datetime as dt

import factory

from crm_site.assignment.models import (
    Absence,
    AssignmentDay,
    AssignmentLog,
    AssignmentMember,
    AssignmentRule,
    AssignmentTurn,
    Availability,
)
from crm_site.calendars.models import BusinessCalendar, CalendarException, OpeningHours
from tests.factories.staff import TeamFactory, UserFactory


class BusinessCalendarFactory(factory.django.DjangoModelFactory):
    """A calendar in UTC without hours."""

    class Meta:
        model = BusinessCalendar

    name = factory.Sequence(lambda number: f"Calendar {number}")
    time_zone = "UTC"


class OpeningHoursFactory(factory.django.DjangoModelFactory):
    """Monday from 9 to 17."""

    class Meta:
        model = OpeningHours

    calendar = factory.SubFactory(BusinessCalendarFactory)
    weekday = 0
    opens = dt.time(9)
    closes = dt.time(17)


class CalendarExceptionFactory(factory.django.DjangoModelFactory):
    """A day off."""

    class Meta:
        model = CalendarException

    calendar = factory.SubFactory(BusinessCalendarFactory)
    date = dt.date(2026, 12, 24)
    name = "Christmas Eve"


class AssignmentRuleFactory(factory.django.DjangoModelFactory):
    """A rule that gives everything in turn."""

    class Meta:
        model = AssignmentRule

    kind = "ticklet"
    name = factory.Sequence(lambda number: f"Rule {number}")
    position = factory.Sequence(lambda number: number + 1)
    team = factory.SubFactory(TeamFactory)


class AssignmentMemberFactory(factory.django.DjangoModelFactory):
    """Somebody a rule names."""

    class Meta:
        model = AssignmentMember

    rule = factory.SubFactory(AssignmentRuleFactory)
    user = factory.SubFactory(UserFactory)


class AvailabilityFactory(factory.django.DjangoModelFactory):
    """Somebody who takes ten a day."""

    class Meta:
        model = Availability

    user = factory.SubFactory(UserFactory)
    daily_capacity = 10


class AbsenceFactory(factory.django.DjangoModelFactory):
    """A week off."""

    class Meta:
        model = Absence

    user = factory.SubFactory(UserFactory)
    first_day = dt.date(2026, 7, 1)
    last_day = dt.date(2026, 7, 7)


class AssignmentLogFactory(factory.django.DjangoModelFactory):
    """A record that somebody got in turn."""

    class Meta:
        model = AssignmentLog

    kind = "ticklet"
    record_id = factory.Sequence(lambda number: number + 1)
    rule = factory.SubFactory(AssignmentRuleFactory)
    rule_name = factory.LazyAttribute(lambda one: one.rule.name if one.rule else "")
    user = factory.SubFactory(UserFactory)
    method = "round_robin"
    reason = "chosen"
    data = factory.LazyFunction(lambda: {"available": 2})


class AssignmentTurnFactory(factory.django.DjangoModelFactory):
    """Somebody's first turn."""

    class Meta:
        model = AssignmentTurn

    rule = factory.SubFactory(AssignmentRuleFactory)
    user = factory.SubFactory(UserFactory)
    turn = 1


class AssignmentDayFactory(factory.django.DjangoModelFactory):
    """A day on which somebody got one record."""

    class Meta:
        model = AssignmentDay

    user = factory.SubFactory(UserFactory)
    day = dt.date(2026, 7, 1)
    taken = 1
