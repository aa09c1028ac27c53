"""How the open deals moved since a Monday: what came, went and changed, and from which sum to which.

The ledger of opportunities says of each line what it did to the open sum of its owner and team, so that the sum of a
former moment is that of now without the lines since, and the steps between two moments add up exactly.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Max, Q, Sum
from django.db.models.functions import Abs

from crm_site.lib.days import beginning, organisation_today
from crm_site.staff.choices import Scope
from crm_site.staff.models import User
from sales.choices import ChangeKind
from sales.models import Opportunity, OpportunityChange
from sales.selectors.periods import DAY, WEEK

if TYPE_CHECKING:
    from sales.selectors.periods import Reach

NOTHING = Decimal(0)
# The steps from the sum then to the sum now; a handover is what was given and taken together.
STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("created", (ChangeKind.CREATED,)),
    ("reopened", (ChangeKind.REOPENED,)),
    ("amount", (ChangeKind.AMOUNT,)),
    ("handed", (ChangeKind.TAKEN, ChangeKind.GIVEN)),
    ("won", (ChangeKind.WON,)),
    ("lost", (ChangeKind.LOST,)),
)
TOUCHED = 30


@dataclass(frozen=True)
class Week:
    """From the beginning of a Monday, up to the next one; None is until now."""

    start: dt.date
    end: dt.date | None = None

    @classmethod
    def read(cls, text: str, today: dt.date | None = None) -> Week:
        """Return the week of a day, or what has happened since last Monday, which on a Monday is a week ago."""
        today = today or organisation_today()
        try:
            day = dt.date.fromisoformat(text)
        except ValueError:
            yesterday = today - DAY
            return cls(yesterday - yesterday.weekday() * DAY)
        day = min(max(day, dt.date(2000, 1, 3)), today)
        start = day - day.weekday() * DAY
        return cls(start, start + WEEK if start + WEEK <= today else None)

    @property
    def last(self) -> dt.date | None:
        """Its last day; None while it lasts."""
        return self.end - DAY if self.end else None

    def of(self, rows: Any) -> Any:
        """Keep the lines of the ledger that fall in it."""
        rows = rows.filter(at__gte=beginning(self.start))
        return rows.filter(at__lt=beginning(self.end)) if self.end else rows


@dataclass
class Told:
    """What happened of one kind: how many deals, how many lines, and what it did to the open sum."""

    deals: int = 0
    lines: int = 0
    delta: Decimal = NOTHING


@dataclass
class Movement:
    """How the open sum of somebody, or of all, moved."""

    before: Decimal = NOTHING
    after: Decimal = NOTHING
    told: dict[str, Told] = field(default_factory=lambda: defaultdict(Told))
    stepless: int = 0
    stepless_sum: Decimal = NOTHING
    owner: User | None = None

    def step(self, name: str) -> Decimal:
        """Return what one step did to the open sum."""
        return sum((self.told[kind].delta for kind in dict(STEPS)[name] if kind in self.told), NOTHING)

    @property
    def steps(self) -> dict[str, Decimal]:
        """All steps; before and these make after."""
        return {name: self.step(name) for name, _kinds in STEPS}


@dataclass
class Touched:
    """A deal that something happened to."""

    deal: Opportunity
    kinds: list[ChangeKind]
    delta: Decimal


@dataclass
class Monday:
    """Everything the page tells."""

    week: Week
    total: Movement
    people: list[Movement]
    touched: list[Touched]
    given_seen: int


def read_monday(reach: Reach, week: Week, *, touched: int = TOUCHED) -> Monday:
    """Return how the deals within a reach moved in a week: seven grouped queries at most."""
    lines = week.of(reach.of(OpportunityChange.objects.order_by()))
    by_owner: dict[int | None, Movement] = defaultdict(Movement)
    total = Movement()
    for owner, kind, told in _told(lines, "owner", "kind"):
        by_owner[owner].told[kind] = told
    for kind, told in _told(lines, "kind"):
        total.told[kind] = told
    _place_sums(reach, week, by_owner)
    people = User.objects.in_bulk([one for one in by_owner if one is not None])
    for owner, moved in by_owner.items():
        moved.owner = people.get(owner) if owner is not None else None
        moved.before = moved.after - sum(moved.steps.values(), NOTHING)
        total.before += moved.before
        total.after += moved.after
        total.stepless += moved.stepless
        total.stepless_sum += moved.stepless_sum
    rows = sorted(by_owner.values(), key=lambda one: (one.owner is None, str(one.owner).casefold()))
    seen = _touched(reach, lines, touched) if touched else []
    return Monday(week, total, rows, seen, _given_seen(reach, lines, total))


def _told(lines: Any, *by: str) -> list[tuple[Any, ...]]:
    figures = {"deals": Count("opportunity", distinct=True), "lines": Count("id"), "sum": Sum("delta")}
    rows = lines.values_list(*by).annotate(**figures)
    return [(*row[: len(by)], Told(*row[len(by) :])) for row in rows]


def _place_sums(reach: Reach, week: Week, by_owner: dict[int | None, Movement]) -> None:
    """Write down what is open at the end of the week, and what lacks a next step now."""
    deals = reach.of(Opportunity.objects.open()).order_by()
    lacking = Q(next_step_date=None)
    figures = {
        "sum": Sum("base_amount"),
        "lacking": Count("id", filter=lacking),
        "lacking_sum": Sum("base_amount", filter=lacking, default=NOTHING),
    }
    for owner, amount, count, stepless in deals.values_list("owner").annotate(**figures):
        by_owner[owner].after += amount
        by_owner[owner].stepless, by_owner[owner].stepless_sum = count, stepless
    if week.end is not None:
        later = reach.of(OpportunityChange.objects.order_by()).filter(at__gte=beginning(week.end))
        for owner, delta in later.values_list("owner").annotate(sum=Sum("delta")):
            by_owner[owner].after -= delta


def _touched(reach: Reach, lines: Any, most: int) -> list[Touched]:
    """Return the deals that something happened to, the largest changes first."""
    figures = {"kinds": ArrayAgg("kind", distinct=True), "sum": Sum("delta"), "most": Max(Abs("delta"))}
    found = lines.values_list("opportunity").annotate(**figures).order_by("-most", "-opportunity")[:most]
    told = {key: (kinds, delta) for key, kinds, delta, _most in found}
    related = ("customer", "stage", "owner")
    deals = Opportunity.objects.visible_to(reach.user).select_related(*related).in_bulk(told)
    order = {kind.value: place for place, kind in enumerate(ChangeKind)}
    return [
        Touched(deals[key], [ChangeKind(kind) for kind in sorted(kinds, key=order.__getitem__)], delta)
        for key, (kinds, delta) in told.items()
        if key in deals
    ]


def _given_seen(reach: Reach, lines: Any, total: Movement) -> int:
    """Return how many of the deals that were given away the reader still sees."""
    if ChangeKind.GIVEN not in total.told:
        return 0
    if reach.scope is Scope.ALL:
        return total.told[ChangeKind.GIVEN].deals
    given = lines.filter(kind=ChangeKind.GIVEN).values("opportunity")
    return Opportunity.objects.visible_to(reach.user).filter(pk__in=given).count()
