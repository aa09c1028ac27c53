"""Months and quarters that are forecast, and whose deals a page tells of."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from babel.dates import format_date
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from crm_site.lib.days import beginning, organisation_today
from crm_site.staff.choices import Scope
from crm_site.staff.models import Team

if TYPE_CHECKING:
    from crm_site.staff.models import User

_Q = TypeVar("_Q", bound=QuerySet[Any])
_CODE = re.compile(r"(20[0-9]{2})-(?:Q([1-4])|(0[1-9]|1[0-2]))")
DAY, WEEK = dt.timedelta(days=1), dt.timedelta(days=7)
QUARTER = 3


def months_on(first: dt.date, months: int) -> dt.date:
    """Return the first day of the month so many months after (or before) a first day of a month."""
    index = first.year * 12 + first.month - 1 + months
    return dt.date(index // 12, index % 12 + 1, 1)


@dataclass(frozen=True)
class ForecastPeriod:
    """A month or a quarter of the calendar, by its first day and its number of months."""

    start: dt.date
    months: int = QUARTER

    @classmethod
    def read(cls, text: str, today: dt.date | None = None) -> ForecastPeriod:
        """Return the period that a code such as 2026-Q4 or 2026-11 names; the present quarter for anything else."""
        found = _CODE.fullmatch(text)
        if found is None:
            day = today or organisation_today()
            return cls(dt.date(day.year, day.month - (day.month - 1) % QUARTER, 1))
        year, quarter, month = found.groups()
        if quarter:
            return cls(dt.date(int(year), QUARTER * int(quarter) - 2, 1))
        return cls(dt.date(int(year), int(month), 1), 1)

    @property
    def end(self) -> dt.date:
        """The day after its last one."""
        return months_on(self.start, self.months)

    @property
    def last(self) -> dt.date:
        """Its last day."""
        return self.end - DAY

    @property
    def code(self) -> str:
        """How the address names it."""
        if self.months == 1:
            return f"{self.start:%Y-%m}"
        return f"{self.start.year}-Q{(self.start.month + 2) // QUARTER}"

    @property
    def label(self) -> str:
        """How people name it."""
        if self.months == 1:
            return month_name(self.start)
        words = {"quarter": (self.start.month + 2) // QUARTER, "year": self.start.year}
        return _("Q%(quarter)s %(year)s") % words

    def moved(self, by: int) -> ForecastPeriod:
        """Return the period so many periods later."""
        return ForecastPeriod(months_on(self.start, by * self.months), self.months)

    def as_months(self, months: int) -> ForecastPeriod:
        """Return the quarter around this month, or the first month of this quarter that is not over."""
        if months == self.months:
            return self
        if months == QUARTER:
            return ForecastPeriod.read("", self.start)
        today = organisation_today()
        inside = self.start <= today < self.end
        return ForecastPeriod(today.replace(day=1) if inside else self.start, 1)

    def expected(self) -> Q:
        """Return the condition of deals that should close in it."""
        return Q(expected_close__gte=self.start, expected_close__lt=self.end)

    def closed(self) -> Q:
        """Return the condition of deals that ended in it."""
        return Q(closed_at__gte=beginning(self.start), closed_at__lt=beginning(self.end))


def month_name(day: dt.date, form: str = "LLLL y") -> str:
    """Return the month of a day in the active language."""
    locale = to_locale(get_language() or "en")
    return str(format_date(day, "y年M月" if locale.startswith("zh") else form, locale=locale))


@dataclass(frozen=True)
class Reach:
    """Whose deals a page tells of: what its reader may see, narrowed to a team and those below it."""

    user: User
    team: Team | None = None

    @classmethod
    def read(cls, user: User, params: Mapping[str, str]) -> Reach:
        """Return what the address asks for; a team that the reader does not see does not exist."""
        asked = params.get("team", "")
        if not asked:
            return cls(user)
        team = next((one for one in cls(user).teams if str(one.pk) == asked), None)
        if team is None:
            raise Http404
        return cls(user, team)

    @property
    def scope(self) -> Scope:
        """How far the reader sees."""
        return self.user.access.view_scope("sales")

    @cached_property
    def teams(self) -> list[Team]:
        """The teams that the reader may choose, in the order of the tree."""
        if self.scope is Scope.OWN:
            return []
        found = Team.objects.order_by("path")
        return list(found if self.scope is Scope.ALL else found.filter(pk__in=self.user.access.team_ids))

    @cached_property
    def inside(self) -> list[Team]:
        """The teams that the page shows."""
        if self.team is None:
            return self.teams
        return [one for one in self.teams if one.path.startswith(self.team.path)]

    def of(self, rows: _Q) -> _Q:
        """Keep the rows that the page tells of; the model has an owner and a team."""
        seen: Any = rows
        seen = seen.visible_to(self.user)
        return seen if self.team is None else seen.filter(team__in=[one.pk for one in self.inside])  # type: ignore[no-any-return]

    @property
    def params(self) -> dict[str, str]:
        """The parameters that spell the reach in an address."""
        return {"team": str(self.team.pk)} if self.team else {}


def leads_sales(user: User) -> bool:
    """Tell whether somebody answers for the deals of others, rather than for their own alone."""
    return user.access.edit_scope("sales") in (Scope.TEAM, Scope.ALL)
