"""What can be chosen above the figures of sales."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import models
from django.db.models import Max, Q, Value
from django.db.models.functions import Cast

from analytics.kpis.parts import Part
from analytics.models import DealDay
from crm_site.staff.choices import Scope
from crm_site.staff.models import Team, User

MOST = 200
NUMBERS = 2**63


def read_part(params: Mapping[str, str], user: User) -> Part:
    """Return whose records the address asks for: `owner=me` or a key, and a team's key; nonsense does not narrow."""
    owner = user.pk if params.get("owner") == "me" else _key(params.get("owner", ""))
    return Part(owner, _key(params.get("team", "")))


def _key(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and int(text) < NUMBERS else None


@dataclass(frozen=True)
class Offered:
    """The colleagues and teams to choose from, and the last day on which a deal was opened or ended."""

    people: list[tuple[int, str]]
    teams: list[tuple[int, str]]
    last_day: dt.date | None


def offered(user: User, part: Part) -> Offered:
    """Return what a reader may choose, and the last day with figures of what is chosen, in one query."""
    scope, access = user.access.view_scope("sales"), user.access
    people, teams = User.objects.filter(is_active=True), Team.objects.all()
    if scope is Scope.TEAM:
        people = people.filter(Q(pk=user.pk) | Q(team__in=access.team_ids))
        teams = teams.filter(pk__in=access.team_ids)
    elif scope is not Scope.ALL:
        people, teams = people.filter(pk=user.pk), teams.none()
    days = part.of(DealDay.objects.visible_to(user)).order_by().values(whole=Value(1)).annotate(last=Max("day"))
    text = models.TextField()
    rows = list(
        people.order_by()
        .values_list(Value("person"), "pk", Cast("name", text), Cast("name", text))
        .union(
            teams.order_by().values_list(Value("team"), "pk", Cast("name", text), Cast("path", text)),
            days.values_list(Value("day"), Cast(Value(0), models.BigIntegerField()), Cast("last", text), Value("")),
            all=True,
        )
    )
    found = {
        kind: sorted((row for row in rows if row[0] == kind), key=lambda row: (row[3], row[1]))[:MOST]
        for kind in ("person", "team", "day")
    }
    last = dt.date.fromisoformat(found["day"][0][2]) if found["day"] else None
    return Offered([(row[1], row[2]) for row in found["person"]], [(row[1], row[2]) for row in found["team"]], last)
