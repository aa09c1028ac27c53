"""Filters between two ends: days and figures. Both ends count, and either may be left open."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from crm_site.lib.days import organisation_zone
from crm_site.pages import formatting
from crm_site.pages.lists.filters import Filter
from crm_site.pages.lists.params import Params

if TYPE_CHECKING:
    from crm_site.staff.models import User

EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2199, 12, 31)
# Wider than any figure stored; longer ones would be spelled out digit by digit on their way to the database.
MAX_DIGITS = 20

Days = tuple[dt.date | None, dt.date | None]
Figures = tuple[Decimal | None, Decimal | None, Decimal | None]


def _day(text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None


def _figure(text: str) -> Decimal | None:
    try:
        figure = Decimal(text.replace(",", "").replace("_", ""))
    except InvalidOperation:
        return None
    if not figure.is_finite() or abs(figure.adjusted()) > MAX_DIGITS:
        return None
    return figure


def _last(params: Params, key: str) -> str:
    return (params.get(key) or [""])[-1]


@dataclass(frozen=True, kw_only=True)
class DateRangeFilter(Filter):
    """From one day to another, both included (`?created_from=2026-01-01&created_to=2026-01-31`).

    With `moments` the column holds moments, and days begin and end in the reader's zone; in that of the
    organisation where the filter is `organisational`, so that a list holds exactly what a figure counts.
    """

    moments: bool = False
    organisational: bool = False
    control: ClassVar[str] = "date_range"

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the parameters of the two ends."""
        return (f"{self.name}_from", f"{self.name}_to")

    def parse(self, params: Params) -> Days | None:
        """Return the two days; ends that are no days stay open."""
        first, last = (_day(_last(params, key)) for key in self.keys)
        return (first, last) if first or last else None

    def narrow(self, queryset: QuerySet[Any], value: Days, user: User) -> QuerySet[Any]:
        """Keep the rows between the days."""
        first, last = value
        conditions: dict[str, Any] = {}
        if first:
            conditions[f"{self.column}__gte"] = self._beginning(first)
        if last:
            after = last + dt.timedelta(days=1)
            conditions[f"{self.column}__lt"] = self._beginning(after)
        return queryset.filter(**conditions)

    def _beginning(self, day: dt.date) -> dt.date:
        if not self.moments:
            return day
        zone = organisation_zone() if self.organisational else None
        return timezone.make_aware(dt.datetime.combine(day, dt.time.min), zone)

    def words(self, value: Days, user: User) -> str:
        """Say from when to when."""
        first, last = (formatting.words(day, "date") if day else "" for day in value)
        if first and last:
            return first if value[0] == value[1] else f"{first} – {last}"
        return gettext("from %(day)s") % {"day": first} if first else gettext("until %(day)s") % {"day": last}

    def write(self, value: Any) -> Params:
        """Spell the ends that are set."""
        return {key: [end.isoformat()] for key, end in zip(self.keys, value, strict=True) if end}

    def cleared(self) -> Params:
        """Leave both ends out."""
        return {}


@dataclass(frozen=True, kw_only=True)
class NumberRangeFilter(Filter):
    """Figures from `_min` to `_max`, both included; `_below` is the open end that neighbouring bars of a chart need."""

    kind: Literal["number", "decimal", "money", "percent"] = "number"
    control: ClassVar[str] = "number_range"

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the parameters of the ends."""
        return (f"{self.name}_min", f"{self.name}_max", f"{self.name}_below")

    def parse(self, params: Params) -> Figures | None:
        """Return least, most and the open upper end."""
        low, high, below = (_figure(_last(params, key)) for key in self.keys)
        return None if low is None and high is None and below is None else (low, high, below)

    def narrow(self, queryset: QuerySet[Any], value: Figures, user: User) -> QuerySet[Any]:
        """Keep the rows between the figures."""
        ends = zip(("gte", "lte", "lt"), value, strict=True)
        return queryset.filter(**{f"{self.column}__{end}": figure for end, figure in ends if figure is not None})

    def words(self, value: Figures, user: User) -> str:
        """Say from what to what."""
        signs = zip(("≥", "≤", "<"), value, strict=True)
        return " ".join(f"{sign} {formatting.words(end, self.kind)}" for sign, end in signs if end is not None)

    def write(self, value: Any) -> Params:
        """Spell the ends that are set; two ends mean least and most."""
        ends = zip(self.keys, (*value, None)[:3], strict=True)
        return {key: [str(end)] for key, end in ends if end is not None}

    def cleared(self) -> Params:
        """Leave all ends out."""
        return {}
