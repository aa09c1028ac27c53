"""The forecast of a period: won, commit, best case and pipeline by team and person, from a few grouped queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _

from crm_site.staff.choices import Scope
from crm_site.staff.models import Team, User
from sales.choices import DealStatus, ForecastCategory, ForecastLevel
from sales.models import ForecastAdjustment, Opportunity, SalesTarget

if TYPE_CHECKING:
    from sales.selectors.periods import ForecastPeriod, Reach

NOTHING = Decimal(0)
LEVELS = tuple(ForecastLevel)
# (team, person) of a deal; a team's own line has no person, and the line of everything neither.
Key = tuple[int | None, int | None]


@dataclass
class Sums:
    """What the deals of a line add up to, each category on its own; `weighted` is of open deals."""

    amounts: dict[str, Decimal] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    weighted: Decimal = NOTHING

    def put(self, category: str, count: int, amount: Decimal, weighted: Decimal = NOTHING) -> None:
        """Add deals of a category."""
        self.amounts[category] = self.amounts.get(category, NOTHING) + amount
        self.counts[category] = self.counts.get(category, 0) + count
        self.weighted += weighted

    def add(self, other: Sums) -> None:
        """Add another line."""
        for category, amount in other.amounts.items():
            self.put(category, other.counts[category], amount)
        self.weighted += other.weighted

    def upto(self, level: str) -> Decimal:
        """Return a figure of the forecast: what is won, and what is at least so sure."""
        return sum((self.amounts.get(one, NOTHING) for one in categories_upto(level)), NOTHING)

    def count_upto(self, level: str) -> int:
        """Return how many deals such a figure is made of."""
        return sum(self.counts.get(one, 0) for one in categories_upto(level))

    @property
    def won(self) -> Decimal:
        """What is won."""
        return self.upto(ForecastLevel.WON)

    @property
    def open(self) -> Decimal:
        """What is open and counts."""
        return self.upto(ForecastLevel.PIPELINE) - self.won

    @property
    def expected(self) -> Decimal:
        """What is won, and open deals by their probability."""
        return self.won + self.weighted


def categories_upto(level: str) -> list[str]:
    """Return the categories that a figure of the forecast is made of."""
    return [one.value for one in LEVELS[: LEVELS.index(ForecastLevel(level)) + 1]]


@dataclass
class Line:
    """One line of the grid: everything, a team with all below it, or a person's deals within a team."""

    key: Key
    label: str
    kind: str
    depth: int = 0
    sums: Sums = field(default_factory=Sums)
    target: Decimal | None = None
    below: list[Line] = field(default_factory=list)
    adjustments: dict[str, ForecastAdjustment] = field(default_factory=dict)

    @property
    def gap(self) -> Decimal | None:
        """What is still to be won for the target; nothing where there is none, 0 when it is reached."""
        return None if self.target is None else max(NOTHING, self.target - self.sums.won)

    @property
    def coverage(self) -> Decimal | None:
        """How many times the open deals cover the gap; None without one."""
        return self.sums.open / self.gap if self.gap else None

    def adjusted(self, level: str) -> Decimal | None:
        """Return what managers make of a figure: of the line itself, or of those below it; None for no change."""
        own = self.adjustments.get(level)
        if own is not None:
            return own.amount
        parts = [(one.adjusted(level), one.sums.upto(level)) for one in self.below]
        if all(adjusted is None for adjusted, _computed in parts):
            return None
        return sum((computed if adjusted is None else adjusted for adjusted, computed in parts), NOTHING)

    def walk(self) -> Iterable[Line]:
        """Go through the line and all below it."""
        yield self
        for one in self.below:
            yield from one.walk()


def read_forecast(reach: Reach, period: ForecastPeriod) -> list[Line]:
    """Return the lines of the grid in their order; the first one sums up all, where there are several at the top."""
    leaves, personal, teams = _leaves(reach, period), *_targets(reach, period)
    for key in personal:
        leaves.setdefault(key, Sums())
    people = User.objects.in_bulk({owner for _team, owner in leaves if owner is not None})
    lines = _tree(reach, leaves, personal, teams, people)
    _adjust(lines, reach, period)
    return lines


def _own(reach: Reach, team: int | None, owner: int | None) -> Key:
    """Return the line of a deal: who sees their own alone has one line, whatever team the deals are of."""
    return (None if reach.scope is Scope.OWN else team), owner


def _leaves(reach: Reach, period: ForecastPeriod) -> dict[Key, Sums]:
    leaves: dict[Key, Sums] = defaultdict(Sums)
    expected = reach.of(Opportunity.objects.filter(period.expected(), status=DealStatus.OPEN))
    expected = expected.exclude(category=ForecastCategory.OMITTED).order_by()
    figures = {"count": Count("id"), "amount": Sum("base_amount"), "weighted": Sum("base_weighted")}
    for team, owner, category, *rest in expected.values_list("team", "owner", "category").annotate(**figures):
        leaves[_own(reach, team, owner)].put(category, *rest)
    won = reach.of(Opportunity.objects.filter(period.closed(), status=DealStatus.WON)).order_by()
    figures = {"count": Count("id"), "amount": Sum("base_amount")}
    for team, owner, *rest in won.values_list("team", "owner").annotate(**figures):
        leaves[_own(reach, team, owner)].put(ForecastLevel.WON, *rest)
    return dict(leaves)


def _targets(reach: Reach, period: ForecastPeriod) -> tuple[dict[Key, Decimal], dict[int, Decimal]]:
    """Return the targets of people, and those that teams have as a whole."""
    rows = reach.of(SalesTarget.objects.filter(month__gte=period.start, month__lt=period.end)).order_by()
    people: dict[Key, Decimal] = defaultdict(Decimal)
    teams: dict[int, Decimal] = {}
    for team, owner, amount in rows.values_list("team", "owner").annotate(total=Sum("amount")):
        if owner is not None:
            people[_own(reach, team, owner)] += amount
        elif team is not None:
            teams[team] = amount
    return dict(people), teams


def _tree(
    reach: Reach,
    leaves: dict[Key, Sums],
    personal: dict[Key, Decimal],
    teams: dict[int, Decimal],
    people: dict[int, User],
) -> list[Line]:
    """Return the lines: teams within teams, people within their teams, and a sum above several of them."""
    nodes = {one.pk: Line((one.pk, None), one.name, "team") for one in reach.inside}
    roots: list[Line] = []
    loose: list[Line] = []
    named = sorted(leaves, key=lambda key: (_name(people, key[1]).casefold(), key[1] or 0))
    for key in named:
        line = Line(key, _name(people, key[1]), "person", sums=leaves[key], target=personal.get(key))
        (nodes[key[0]].below if key[0] in nodes else loose).append(line)
    for team in reversed(reach.inside):
        node = nodes[team.pk]
        _sum_up(node, teams.get(team.pk))
        if not node.below and node.target is None:
            continue
        parent = nodes.get(team.parent_id) if team.parent_id else None
        if parent is None:
            roots.insert(0, node)
        else:
            parent.below.insert(_people_of(parent), node)
    roots += loose
    if len(roots) > 1:
        total = Line((None, None), _("Everything"), "all", below=roots)
        _sum_up(total, None)
        roots = [total]
    lines = [line for root in roots for line in root.walk()]
    for root in roots:
        _indent(root, 0)
    return lines


def _name(people: dict[int, User], owner: int | None) -> str:
    return str(people[owner]) if owner in people else _("nobody")


def _people_of(line: Line) -> int:
    return sum(one.kind == "person" for one in line.below)


def _sum_up(line: Line, target: Decimal | None) -> None:
    for one in line.below:
        line.sums.add(one.sums)
    parts = [one.target for one in line.below if one.target is not None]
    line.target = target if target is not None else (sum(parts, NOTHING) if parts else None)


def _indent(line: Line, depth: int) -> None:
    line.depth = depth
    for one in line.below:
        _indent(one, depth + 1)


def _adjust(lines: list[Line], reach: Reach, period: ForecastPeriod) -> None:
    """Put the adjustments in force on their lines; the sum above several lines is adjusted by who sees all alone."""
    found = ForecastAdjustment.objects.filter(start=period.start, months=period.months)
    if reach.scope is not Scope.ALL:
        found = found.visible_to(reach.user)
    # Nobody's deals within a team are no line that is adjusted: their key is that of the team itself.
    named = [line for line in lines if line.kind != "person" or line.key[1] is not None]
    by_key = {line.key: line for line in named if line.kind != "all" or reach.scope is Scope.ALL}
    for one in in_force(found.select_related("author")):
        line = by_key.get(_own(reach, one.team_id, one.owner_id))
        if line is not None and one.amount is not None:
            line.adjustments[one.level] = one


def in_force(rows: Any) -> Iterable[ForecastAdjustment]:
    """Return the latest version of each adjustment."""
    found: Iterable[ForecastAdjustment] = rows.order_by("team_id", "owner_id", "level", "-version").distinct(
        "team_id", "owner_id", "level"
    )
    return found


def figure_of(period: ForecastPeriod, team: Team | None, owner: User | None, level: str) -> Decimal:
    """Return one figure of the forecast over all deals of a line, whoever looks."""
    rows = Opportunity.objects.all()
    if owner is not None:
        rows = rows.filter(owner=owner, team=team)
    elif team is not None:
        rows = rows.filter(team__in=Team.objects.subtree_of(team.pk).order_by().values("pk"))
    counted = Q(period.closed(), status=DealStatus.WON)
    if level != ForecastLevel.WON:
        counted |= Q(period.expected(), status=DealStatus.OPEN, category__in=categories_upto(level)[1:])
    return rows.filter(counted).aggregate(total=Sum("base_amount"))["total"] or NOTHING
