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
    """The targets of a person, or of a team as a whole, by month; `below` is what those of a team have together."""

    label: str
    owner: User | None
    team_id: int | None
    email: str = ""
    depth: int = 0
    amounts: dict[dt.date, Decimal] = field(default_factory=dict)
    below: dict[dt.date, Decimal] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """How the form names the row."""
        return f"p{self.owner.pk}" if self.owner else f"t{self.team_id}"

    @property
    def total(self) -> Decimal:
        """What the months come to."""
        return sum(self.valid.values(), Decimal(0))

    @property
    def valid(self) -> dict[dt.date, Decimal]:
        """What counts in each month: the target, or, for a team without one, those of its people together."""
        return {**self.below, **self.amounts}


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
    _add_up(rows, reach)
    return [row for row in known.values() if row.label]


def _rows(reach: Reach) -> list[TargetRow]:
    teams = reach.inside
    grants = {"roles__grants__module": "sales", "roles__grants__edit__in": [Scope.OWN, Scope.TEAM, Scope.ALL]}
    selling = User.objects.filter(is_active=True, **grants)
    people = list(selling.filter(team__in=teams).distinct().order_by("name", "pk"))
    rows = []
    depths: dict[int | None, int] = {}
    for team in teams:
        depth = depths[team.pk] = depths.get(team.parent_id, -1) + 1
        rows.append(TargetRow(team.name, None, team.pk, depth=depth))
        rows += [TargetRow(str(one), one, team.pk, one.email, depth + 1) for one in people if one.team_id == team.pk]
    return rows


def _add_up(rows: list[TargetRow], reach: Reach) -> None:
    """Put what people and teams have together on the line of the team above; the rows stand in the tree's order."""
    teams = {row.team_id: row for row in rows if row.owner is None}
    parents = {one.pk: one.parent_id for one in reach.inside}
    for row in reversed(rows):
        above = teams.get(row.team_id if row.owner else parents.get(row.team_id or 0))
        if above is None:
            continue
        for month, amount in row.valid.items():
            above.below[month] = above.below.get(month, Decimal(0)) + amount
