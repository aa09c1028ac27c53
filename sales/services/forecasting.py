"""What managers say of a forecast, and what they ask to be sold: adjustments with their reasons, and targets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import F, Max, Q
from django.utils.translation import gettext as _

from crm_site.events.publishing import publish
from crm_site.staff.choices import Scope
from crm_site.staff.models import Team, User
from sales.choices import ForecastLevel
from sales.events import ForecastAdjusted, SalesTargetsSet
from sales.models import ForecastAdjustment, SalesTarget
from sales.selectors.forecast import figure_of

if TYPE_CHECKING:
    from sales.selectors.periods import ForecastPeriod

ADJUSTABLE = (ForecastLevel.COMMIT, ForecastLevel.BEST_CASE, ForecastLevel.PIPELINE)
# (person, team) whose target it is; a team's has no person.
Whose = tuple[int | None, int | None]


def may_lead(user: User, team_id: int | None) -> bool:
    """Tell whether somebody may adjust the forecast of a team's deals and set its targets; None is everything."""
    scope = user.access.edit_scope("sales")
    return scope is Scope.ALL or (scope is Scope.TEAM and team_id in user.access.team_ids)


def adjust_forecast(
    period: ForecastPeriod,
    team: Team | None,
    owner: User | None,
    level: str,
    amount: Decimal | None,
    note: str,
    user: User,
) -> ForecastAdjustment:
    """Say what a figure of the forecast will be, with the reason; without an amount the adjustment is taken back.

    Every saying is kept: this one gets the next version. Raises PermissionDenied, and ValidationError without a
    reason or for a figure that is a fact.
    """
    if not may_lead(user, team.pk if team else None):
        raise PermissionDenied
    if level not in ADJUSTABLE:
        raise ValidationError({"level": _("What is won is a fact.")})
    if not note.strip():
        raise ValidationError({"note": _("Say why.")})
    if amount is not None and amount < 0:
        raise ValidationError({"amount": _("An amount is not negative.")})
    facts = {"start": period.start, "months": period.months, "team": team, "owner": owner, "level": level}
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('sales_forecastadjustment'))")
        last = ForecastAdjustment.objects.filter(**facts).aggregate(last=Max("version"))["last"] or 0
        made = ForecastAdjustment.objects.create(
            **facts,
            amount=amount,
            note=note.strip(),
            author=user,
            version=last + 1,
            computed=figure_of(period, team, owner, level),
        )
        publish(ForecastAdjusted(adjustment_id=made.pk), user)
    return made


def set_targets(amounts: Mapping[tuple[Whose, dt.date], Decimal | None], user: User) -> int:
    """Set the targets of people and teams for months; None takes one away. Return how many differ now.

    Raises PermissionDenied when one of them is of somebody whom the user does not lead: nothing is set then.
    """
    people = User.objects.in_bulk({owner for (owner, _team), _month in amounts if owner is not None})
    wanted: dict[tuple[Whose, dt.date], Decimal | None] = {}
    for ((owner, team), month), amount in amounts.items():
        led = people[owner].team_id if owner is not None and owner in people else team
        if (owner is not None and owner not in people) or not may_lead(user, led) or (owner, led) == (None, None):
            raise PermissionDenied
        wanted[(owner, led), month] = amount
    with transaction.atomic():
        count = _write(wanted)
        if count:
            publish(SalesTargetsSet(count=count), user)
    return count


def _write(wanted: Mapping[tuple[Whose, dt.date], Decimal | None]) -> int:
    owners = {owner for (owner, _team), _month in wanted if owner is not None}
    teams = {team for (owner, team), _month in wanted if owner is None}
    rows = SalesTarget.objects.filter(Q(owner__in=owners) | Q(owner=None, team__in=teams))
    rows = rows.filter(month__in={month for _whose, month in wanted}).order_by("pk").select_for_update()
    # A person has one target for a month, whatever team it was set in.
    stored = {((one.owner_id, None if one.owner_id else one.team_id), one.month): one for one in rows}
    count = 0
    made: list[SalesTarget] = []
    for ((owner, team), month), amount in wanted.items():
        found = stored.get(((owner, None if owner else team), month))
        if amount is None:
            if found is not None:
                found.delete()
                count += 1
        elif found is None:
            made.append(SalesTarget(owner_id=owner, team_id=team, month=month, amount=amount))
        elif (found.amount, found.team_id) != (amount, team):
            same = SalesTarget.objects.filter(pk=found.pk)
            same.update(amount=amount, team_id=team, version=F("version") + 1)
            count += 1
    SalesTarget.objects.bulk_create(made)
    return count + len(made)
