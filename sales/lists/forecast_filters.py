"""Filters that open the rows behind a figure of the forecast or of the Monday page; they work from addresses only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from crm_site.lib.days import beginning
from crm_site.pages import formatting
from crm_site.pages.lists.filters import Filter
from crm_site.staff.models import Team
from sales.choices import ChangeKind, DealStatus, ForecastLevel
from sales.models import OpportunityChange
from sales.selectors.forecast import categories_upto
from sales.selectors.periods import ForecastPeriod

if TYPE_CHECKING:
    from crm_site.pages.lists.params import Params
    from crm_site.staff.models import User

OPEN, NONE = "open", "none"
FEW = 2000


def _last(params: Params, key: str) -> str:
    return (params.get(key) or [""])[-1]


def _key(text: str) -> int | str | None:
    """Return a record's key, `none` for deals without, and None where nothing is asked."""
    if text == NONE:
        return text
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _related(name: str, key: int | str | None) -> Q:
    if key is None:
        return Q()
    return Q(**{f"{name}__isnull": True}) if key == NONE else Q(**{f"{name}_id": key})


@dataclass(frozen=True, kw_only=True)
class ForecastFilter(Filter):
    """What a figure of the forecast is made of: `?forecast=commit&forecast_period=2026-Q4`.

    `open` leaves out what is won; `forecast_team` keeps the deals of exactly that team.
    """

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the level, the period and the team."""
        return (self.name, f"{self.name}_period", f"{self.name}_team")

    def parse(self, params: Params) -> tuple[str, str, int | str | None] | None:
        """Return what is asked for; None for a level or period that does not exist."""
        level, code = _last(params, self.name), _last(params, self.keys[1])
        if level not in (*ForecastLevel.values, OPEN) or ForecastPeriod.read(code).code != code:
            return None
        return level, code, _key(_last(params, self.keys[2]))

    def narrow(self, queryset: QuerySet[Any], value: tuple[str, str, int | str | None], user: User) -> QuerySet[Any]:
        """Keep what was won in the period, and what is at least so sure and should close in it."""
        level, code, team = value
        period = ForecastPeriod.read(code)
        upto = categories_upto(ForecastLevel.PIPELINE if level == OPEN else level)[1:]
        won = Q(period.closed(), status=DealStatus.WON)
        counted = Q(period.expected(), status=DealStatus.OPEN, category__in=upto)
        return queryset.filter(_related("team", team), counted if level == OPEN else (won | counted if upto else won))

    def words(self, value: tuple[str, str, int | str | None], user: User) -> str:
        """Say which figure of which period."""
        level, code, team = value
        label = _("Open") if level == OPEN else str(ForecastLevel(level).label)
        names = [label, ForecastPeriod.read(code).label]
        if isinstance(team, int):
            names.append(Team.objects.filter(pk=team).values_list("name", flat=True).first() or _("unknown"))
        return " · ".join(names)

    def write(self, value: Any) -> Params:
        """Spell the figure."""
        return {key: [str(part)] for key, part in zip(self.keys, value, strict=False) if part is not None}


@dataclass(frozen=True)
class Changed:
    """What is asked of the ledger: kinds of changes (none: any), the first and the last day, whose lines."""

    kinds: tuple[str, ...] = ()
    first: dt.date | None = None
    last: dt.date | None = None
    owner: int | str | None = None
    team: int | None = None


@dataclass(frozen=True, kw_only=True)
class ChangedFilter(Filter):
    """Deals to which something happened: `?changed=won&changed=lost&changed_from=2026-11-09`.

    The ledger is read as its reader sees it; `changed_owner` keeps the lines of one person, `changed_team` those of a
    team and the teams below it, whoever has the deal by now.
    """

    @property
    def keys(self) -> tuple[str, ...]:
        """Return kinds, days and whose."""
        return tuple(f"{self.name}{end}" for end in ("", "_from", "_to", "_owner", "_team"))

    def parse(self, params: Params) -> Changed | None:
        """Return what is asked for; None without a kind or `any`."""
        asked = set(params.get(self.name, ()))
        kinds = tuple(kind for kind in ChangeKind.values if kind in asked)
        if not kinds and "any" not in asked:
            return None
        first, last = (_day(_last(params, key)) for key in self.keys[1:3])
        team = _key(_last(params, self.keys[4]))
        return Changed(kinds, first, last, _key(_last(params, self.keys[3])), team if isinstance(team, int) else None)

    def narrow(self, queryset: QuerySet[Any], value: Changed, user: User) -> QuerySet[Any]:
        """Keep the deals with such a line in the ledger."""
        lines = OpportunityChange.objects.visible_to(user).filter(_related("owner", value.owner)).order_by()
        if value.kinds:
            lines = lines.filter(kind__in=value.kinds)
        if value.first:
            lines = lines.filter(at__gte=beginning(value.first))
        if value.last:
            lines = lines.filter(at__lt=beginning(value.last + dt.timedelta(days=1)))
        if value.team:
            lines = lines.filter(team__in=Team.objects.subtree_of(value.team).order_by().values("pk"))
        # The planner cannot tell how many deals a line of the ledger leads to: few are looked up, many are walked past.
        keys = list(lines.values_list("opportunity", flat=True)[: FEW + 1])
        return queryset.filter(pk__in=set(keys) if len(keys) <= FEW else lines.values("opportunity"))

    def words(self, value: Changed, user: User) -> str:
        """Say what happened, and when."""
        said = _(", ").join(str(ChangeKind(kind).label) for kind in value.kinds) or _("anything")
        if value.first and value.last:
            return f"{said}: {formatting.date(value.first)} – {formatting.date(value.last)}"
        if value.first:
            return _("%(what)s since %(day)s") % {"what": said, "day": formatting.date(value.first)}
        return said

    def write(self, value: Any) -> Params:
        """Spell what is asked for."""
        spelt: Params = {self.name: list(value.kinds) or ["any"]}
        ends = (value.first, value.last, value.owner, value.team)
        return spelt | {key: [str(end)] for key, end in zip(self.keys[1:], ends, strict=True) if end is not None}


def _day(text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if dt.date(1900, 1, 1) <= day <= dt.date(2199, 12, 31) else None
