"""The people rules choose among: who they are, whether they can be given work now, and how full their day is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, QuerySet

from crm_site.assignment.choices import Standing
from crm_site.assignment.models import Absence, AssignmentDay, AssignmentMember, AssignmentRule, Availability
from crm_site.calendars.reading import default_calendar, working_times
from crm_site.calendars.working_time import WorkingTime
from crm_site.lib.local_times import zone_of
from crm_site.staff.choices import Scope
from crm_site.staff.models import RoleGrant, User


@dataclass
class Person:
    """Somebody who may get records, as they stand at one moment; `taken` counts what their day holds already."""

    user: User
    day: dt.date
    hours: WorkingTime
    is_open: bool
    takes_work: bool = True
    is_absent: bool = False
    capacity: int | None = None
    taken: int = 0

    def standing(self, *, in_hours: bool = True, former_id: int | None = None) -> Standing:
        """Tell whether this person can get a record now, or what keeps them; `in_hours` minds their hours too."""
        if not self.takes_work:
            return Standing.OFF
        if self.is_absent:
            return Standing.ABSENT
        if self.user.pk == former_id:
            return Standing.FORMER
        if in_hours and not self.is_open:
            return Standing.CLOSED
        if self.capacity is not None and self.taken >= self.capacity:
            return Standing.FULL
        return Standing.READY


@dataclass
class Pool:
    """Everybody the rules of one run can choose: `weights` by rule and person, `people` by key."""

    people: dict[int, Person] = field(default_factory=dict)
    weights: dict[int, dict[int, int]] = field(default_factory=dict)


def may_get(module: str) -> QuerySet[User]:
    """Return the active people who may change records of a module."""
    grants = RoleGrant.objects.filter(role__users=OuterRef("pk"), module=module)
    # Who does not see the module may not change it either.
    granted = Exists(grants.exclude(Q(edit=Scope.NONE) | Q(view=Scope.NONE)))
    return User.objects.filter(Q(is_superuser=True) | granted, is_active=True)


def gather(rules: Sequence[AssignmentRule], module: str, now: dt.datetime) -> Pool:
    """Return the people of the rules as they stand now; their days are not locked yet."""
    pool = Pool()
    named = AssignmentMember.objects.filter(rule__in=rules).values_list("rule_id", "user_id", "weight")
    paths = {rule.pk: rule.team.path for rule in rules if rule.team is not None}
    belongs = Q(pk__in=[user for _rule, user, _weight in named])
    for path in paths.values():
        belongs |= Q(team__path__startswith=path)
    users = {one.pk: one for one in may_get(module).filter(belongs).select_related("team").order_by("pk")}
    for rule in rules:
        mine = {pk: 1 for pk, one in users.items() if rule.pk in paths and _stands_below(one, paths[rule.pk])}
        mine |= {user: weight for key, user, weight in named if key == rule.pk and user in users}
        pool.weights[rule.pk] = mine
    pool.people = people_at(users.values(), now)
    return pool


def _stands_below(user: User, path: str) -> bool:
    """Tell whether somebody's team is the one of this path, or below it."""
    return user.team is not None and user.team.path.startswith(path)


def people_at(users: Iterable[User], now: dt.datetime) -> dict[int, Person]:
    """Return how people stand at a moment: availability, absence on their local day, and hours."""
    found = list(users)
    taking = {one.user_id: one for one in Availability.objects.filter(user__in=found).select_related("calendar")}
    days = {one.pk: now.astimezone(zone_of(one.time_zone)).date() for one in found}
    absent = _absent(days)
    fallback = default_calendar()
    calendars = {one.calendar_id: one.calendar for one in taking.values() if one.calendar is not None}
    times = working_times({fallback.pk: fallback, **calendars}.values())
    people = {}
    for user in found:
        one = taking.get(user.pk)
        hours = times[(one.calendar_id if one is not None else None) or fallback.pk]
        people[user.pk] = Person(
            user=user,
            day=days[user.pk],
            hours=hours,
            is_open=hours.is_open(now),
            takes_work=one is None or one.takes_work,
            is_absent=user.pk in absent,
            capacity=one.daily_capacity if one is not None else None,
        )
    return people


def lock_days(people: Mapping[int, Person]) -> dict[int, AssignmentDay]:
    """Lock the counters of these people's days until the end of the transaction, and fill in `taken`.

    Always in the order of the people's keys, so that two runs wait for each other and never in a ring.
    """
    if not people:
        return {}
    keys = sorted(people)
    AssignmentDay.objects.bulk_create(
        [AssignmentDay(user_id=key, day=people[key].day) for key in keys], ignore_conflicts=True
    )
    days = sorted({person.day for person in people.values()})
    rows = (
        AssignmentDay.objects.select_for_update(of=("self",))
        .filter(user__in=keys, day__in=days)
        .order_by("user_id", "day")
    )
    found = {row.user_id: row for row in rows if row.day == people[row.user_id].day}
    for key, row in found.items():
        people[key].taken = row.taken
    return found


def _absent(days: Mapping[int, dt.date]) -> set[int]:
    """Return who is absent on their own day."""
    if not days:
        return set()
    near = Absence.objects.covering(min(days.values()), max(days.values())).filter(user__in=list(days))
    return {
        user
        for user, first, last in near.values_list("user_id", "first_day", "last_day")
        if first <= days[user] <= last
    }
