"""The targets of a year: who has them, and what stands in each month."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from crm_site.staff.choices import Scope
from crm_site.staff.models import User
from sales.models import SalesTarget
from sales.selectors.periods import months_on

if TYPE_CHECKING:
    from sales.selectors.periods import Reach

MONTHS = 12


@dataclass
class TargetRow:
    """The targets of a person, or of a team as a whole, by month."""

    label: str
    owner: User | None
    team_id: int | None
    email: str = ""
    amounts: dict[dt.date, Decimal] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """How the form names the row."""
        return f"p{self.owner.pk}" if self.owner else f"t{self.team_id}"

    @property
    def total(self) -> Decimal:
        """What the months come to."""
        return sum(self.amounts.values(), Decimal(0))


def months_of(year: int) -> list[dt.date]:
    """Return the first days of the months of a year."""
    return [months_on(dt.date(year, 1, 1), number) for number in range(MONTHS)]


def read_targets(reach: Reach, year: int) -> list[TargetRow]:
    """Return a row for each team within reach and everybody in it who sells; who sees their own alone has one row."""
    months = months_of(year)
    if reach.scope is Scope.OWN:
        rows = [TargetRow(str(reach.user), reach.user, reach.user.team_id, reach.user.email)]
    else:
        rows = _rows(reach)
    known = {row.code: row for row in rows}
    stored = reach.of(SalesTarget.objects.filter(month__in=months)).select_related("owner")
    for one in stored.order_by("month", "pk"):
        row = TargetRow(str(one.owner or ""), one.owner, one.team_id)
        row = known.setdefault(row.code, row)
        if row.label:
            row.amounts[one.month] = one.amount
    return [row for row in known.values() if row.label]


def _rows(reach: Reach) -> list[TargetRow]:
    teams = reach.inside
    grants = {"roles__grants__module": "sales", "roles__grants__edit__in": [Scope.OWN, Scope.TEAM, Scope.ALL]}
    selling = User.objects.filter(is_active=True, **grants)
    people = list(selling.filter(team__in=teams).distinct().order_by("name", "pk"))
    rows = []
    for team in teams:
        rows.append(TargetRow(team.name, None, team.pk))
        rows += [TargetRow(str(one), one, team.pk, one.email) for one in people if one.team_id == team.pk]
    return rows
