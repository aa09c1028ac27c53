"""The period a dashboard shows and the one it is compared with, as its address says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics.kpis.periods import DAY, Period, Step, months_later
from crm_site.lib.days import organisation_today
from crm_site.pages import formatting

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

RANGES: dict[str, StrOrPromise] = {
    "month": _("This month"),
    "30d": _("30 days"),
    "12m": _("12 months"),
    "year": _("This year"),
    "custom": _("Custom"),
}
COMPARISONS: dict[str, StrOrPromise] = {
    "previous": _("previous period"),
    "year": _("year before"),
    "none": _("nothing"),
}
LONGEST = 366 * 10
EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2200, 1, 1)


@dataclass(frozen=True)
class Range:
    """What was chosen: `code` of a range, the comparison, both periods, and what was wrong with custom days."""

    code: str
    comparison: str
    period: Period
    previous: Period | None
    error: str = ""

    @property
    def words(self) -> str:
        """Return the first and last day as people read them."""
        first, last = self.period.shown
        return f"{formatting.date(first)} – {formatting.date(last)}" if first and last else ""

    @property
    def step(self) -> Step:
        """Return the width of the bars that suits the length."""
        return "day" if self.period.days <= 45 else "week" if self.period.days <= 190 else "month"

    @property
    def survey_step(self) -> Step:
        """Return the width of survey points: answers are fewer than orders, so never a day."""
        return "week" if self.period.days <= 95 else "month"


def read_range(params: Mapping[str, str], latest: dt.date | None) -> Range:
    """Return the range the address asks for; without one, the last 12 months, or the last 12 with any figures.

    `latest` is the last day with figures. Unknown words count as the default; impossible days are named in
    `error`, and the default shown.
    """
    comparison = params.get("compare", "")
    comparison = comparison if comparison in COMPARISONS else "previous"
    code = params.get("range", "")
    if code == "custom":
        period, error = _custom(params.get("from", ""), params.get("to", ""))
        if period is None:
            return _standard("12m", comparison, organisation_today(), error)
        return Range("custom", comparison, period, _compared("custom", comparison, period))
    today = organisation_today()
    if code in RANGES:
        return _standard(code, comparison, today)
    if latest is not None and latest < months_later(today, -12):
        period = Period(months_later(latest + DAY, -12), latest + DAY)
        return Range("custom", comparison, period, _compared("12m", comparison, period))
    return _standard("12m", comparison, today)


def _standard(code: str, comparison: str, today: dt.date, error: str = "") -> Range:
    end = today + DAY
    start = {
        "month": today.replace(day=1),
        "30d": end - 30 * DAY,
        "12m": months_later(end, -12),
        "year": today.replace(month=1, day=1),
    }[code]
    period = Period(start, end)
    return Range(code, comparison, period, _compared(code, comparison, period), error)


def _compared(code: str, comparison: str, period: Period) -> Period | None:
    if comparison == "none":
        return None
    if comparison == "year" or code in ("12m", "year"):
        return period.moved(months=-12)
    return period.moved(months=-1) if code == "month" else period.moved(days=-period.days)


def _custom(first: str, last: str) -> tuple[Period | None, str]:
    try:
        start, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    except ValueError:
        return None, gettext("Enter both days of the period.")
    if not EARLIEST <= start <= end < LATEST:
        return None, gettext("The first day must not come after the last.")
    if (end - start).days >= LONGEST:
        return None, gettext("Choose ten years at most.")
    return Period(start, end + DAY), ""
