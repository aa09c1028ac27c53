"""A list as a calendar: the days of a month, a week or one day with their count and first entries."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from babel.dates import format_date, get_day_names
from django.db.models import IntegerField, Value
from django.utils import timezone
from django.utils.translation import gettext

from crm_site.lib.days import organisation_zone
from crm_site.pages import formatting
from crm_site.pages.lists.cells import Cell, cell_of, editable_keys
from crm_site.pages.lists.columns import follow
from crm_site.pages.lists.ranges import EARLIEST, LATEST, DateRangeFilter

if TYPE_CHECKING:
    from crm_site.pages.lists.declaration import ListPage
    from crm_site.pages.lists.shapes import Calendar
    from crm_site.pages.lists.state import ListState
    from crm_site.staff.models import User

MOST_COUNTED = 99
IN_MONTH, IN_WEEK = 4, 40
WORK_BEGINS, WORK_ENDS = 8, 18
DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
WEEK = re.compile(r"(\d{4})-W(\d{2})")
MONTH = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True)
class Entry:
    """One record on a day; `at` is when it begins, None for the whole of it, and `movable` by the reader."""

    url: str
    title: Cell
    value: Cell | None
    record: Any
    at: dt.datetime | None = None
    movable: bool = False
    tone: str = ""

    @property
    def clock(self) -> str:
        """The time of day at which it begins; nothing for a whole day."""
        return formatting.clock(self.at) if self.at is not None else ""

    @property
    def hour(self) -> int | None:
        """The hour it stands in."""
        return timezone.localtime(self.at).hour if self.at is not None else None


@dataclass(frozen=True)
class Day:
    """One day with its first entries; `url` leads to all of them, `inside` tells whether it is of the month shown."""

    day: dt.date
    inside: bool
    today: bool
    count: int
    entries: list[Entry]
    url: str

    @property
    def weekday(self) -> str:
        """The name of the day of the week, short."""
        return str(get_day_names("abbreviated", locale=formatting.locale())[self.day.weekday()])

    @property
    def count_words(self) -> str:
        """How many entries there are."""
        return formatting.number(self.count) if self.count <= MOST_COUNTED else f"{MOST_COUNTED}+"

    @property
    def hidden(self) -> int:
        """How many entries are not shown."""
        return self.count - len(self.entries)


@dataclass(frozen=True)
class Slot:
    """One hour over the days shown, None for what takes the whole day; each cell is a day with its entries."""

    hour: int | None
    cells: list[tuple[Day, list[Entry]]]

    @property
    def words(self) -> str:
        """The hour as people read it."""
        return gettext("All day") if self.hour is None else formatting.clock_of(dt.time(self.hour))


def slots_of(days: list[Day]) -> list[Slot]:
    """Return the whole day, then the hours of work and all others in which something begins, without gaps."""
    hours = [entry.hour for day in days for entry in day.entries if entry.hour is not None]
    first, last = min([WORK_BEGINS, *hours]), max([WORK_ENDS, *hours])
    return [
        Slot(hour, [(day, [entry for entry in day.entries if entry.hour == hour]) for day in days])
        for hour in (None, *range(first, last + 1))
    ]


class CalendarView:
    """The calendar of a state as one reader sees it: two queries, however many rows there are."""

    def __init__(self, page: ListPage[Any], user: User, state: ListState, calendar: Calendar) -> None:
        self.page, self.user, self.state, self.calendar = page, user, state, calendar
        found = state.schema.filters[calendar.date]
        assert isinstance(found, DateRangeFilter)  # noqa: S101 - `ListPage.check` holds lists to it
        self.filter = found
        self.movable: set[Any] = set()

    @property
    def today(self) -> dt.date:
        """The day it is, where the days of this list begin."""
        return timezone.localdate(timezone=organisation_zone() if self.filter.organisational else None)

    @cached_property
    def is_week(self) -> bool:
        """Tell a week from a month."""
        return bool(WEEK.fullmatch(self.state.period))

    @cached_property
    def is_day(self) -> bool:
        """Tell one day from more; only where entries have times."""
        return bool(self.calendar.moment and DAY.fullmatch(self.state.period))

    @property
    def has_hours(self) -> bool:
        """Tell whether the days are shown by the hour."""
        return bool(self.calendar.moment) and (self.is_week or self.is_day)

    @property
    def can_carry(self) -> bool:
        """Tell whether entries can be carried to other days."""
        return self.calendar.move is not None

    @property
    def span(self) -> str:
        """What is shown: a day, a week or a month."""
        return "day" if self.is_day else "week" if self.is_week else "month"

    @cached_property
    def first(self) -> dt.date:
        """The first day of the month, or the first of the week."""
        try:
            if week := WEEK.fullmatch(self.state.period):
                found = dt.date.fromisocalendar(int(week[1]), int(week[2]), 1)
            elif self.is_day:
                found = dt.date.fromisoformat(self.state.period)
            elif month := MONTH.fullmatch(self.state.period):
                found = dt.date(int(month[1]), int(month[2]), 1)
            else:
                found = self.today.replace(day=1)
        except ValueError:
            found = self.today.replace(day=1)
        return min(max(found, EARLIEST.replace(month=2)), LATEST.replace(month=11, day=1))

    @property
    def title(self) -> str:
        """The month, the week or the day, as people call it."""
        if self.is_day:
            return formatting.long_date(self.first)
        if not self.is_week:
            pattern = "y年M月" if formatting.locale().language == "zh" else "MMMM y"
            return str(format_date(self.first, pattern, locale=formatting.locale()))
        year, number, _day = self.first.isocalendar()
        return gettext("Week %(number)s, %(year)s") % {"number": number, "year": year}

    @cached_property
    def days(self) -> list[dt.date]:
        """The days shown: full weeks, so that a month is a grid."""
        if self.is_day:
            return [self.first]
        if self.is_week:
            return [self.first + dt.timedelta(days=at) for at in range(7)]
        lead = (self.first.weekday() - formatting.locale().first_week_day) % 7
        last = (self.first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
        weeks = (lead + last.day + 6) // 7
        return [self.first + dt.timedelta(days=at - lead) for at in range(weeks * 7)]

    @property
    def day_names(self) -> list[str]:
        """The names of the weekdays in the order of the grid."""
        names = get_day_names("abbreviated", locale=formatting.locale())
        return [names[day.weekday()] for day in self.days[:7]]

    @cached_property
    def weeks(self) -> list[list[Day]]:
        """The days in rows of seven."""
        keys = self._keys()
        shown = [key for found in keys.values() for key in found[: self._most]]
        rows = self.page.with_related(self.page.model._default_manager.filter(pk__in=shown), self.state)
        records = {record.pk: record for record in rows}
        if self.can_carry:
            self.movable = editable_keys(self.page, self.user, list(records.values()))
        days = [self._day(day, keys.get(at, []), records) for at, day in enumerate(self.days)]
        return [days[at : at + 7] for at in range(0, len(days), 7)]

    @property
    def slots(self) -> list[Slot]:
        """The rows of a day or a week by the hour."""
        return slots_of(self.weeks[0])

    @property
    def _most(self) -> int:
        return MOST_COUNTED if self.is_day else IN_WEEK if self.is_week else IN_MONTH

    def _keys(self) -> dict[int, list[Any]]:
        """Return the first keys of every day in one query; each day reads its own piece of the index."""
        rows, column = self.page.narrowed(self.user, self.state), self.filter.column
        parts: list[Any] = []
        for at, day in enumerate(self.days):
            of_day = self.filter.narrow(rows, (day, day), self.user).order_by(column, "pk")
            numbered = of_day.annotate(calendar_day=Value(at, output_field=IntegerField()))
            parts.append(numbered.values_list("pk", "calendar_day")[: MOST_COUNTED + 1])
        found: dict[int, list[Any]] = {}
        for key, at in parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]:
            found.setdefault(at, []).append(key)
        return found

    def _day(self, day: dt.date, keys: list[Any], records: dict[Any, Any]) -> Day:
        entries = [self._entry(records[key]) for key in keys[: self._most] if key in records]
        if self.calendar.moment:
            entries.sort(key=lambda entry: (entry.at is not None, entry.at))
        url = self.state.shaped("").having(self.filter, (day, day)).address(self.page)
        inside = self.span != "month" or day.month == self.first.month
        return Day(day, inside, day == self.today, len(keys), entries, url)

    def _entry(self, record: Any) -> Entry:
        columns = self.state.schema.columns
        title = cell_of(columns[self.state.schema.title], record)
        value = columns.get(self.calendar.value)
        return Entry(
            self.page.record_url(record),
            title,
            cell_of(value, record) if value else None,
            record,
            at=follow(record, self.calendar.moment) if self.calendar.moment else None,
            movable=record.pk in self.movable,
            tone=self.page.tone(record),
        )

    def _at(self, period: str) -> str:
        return self.state.shaped("calendar", period).address(self.page)

    @property
    def previous_url(self) -> str:
        """The address of the day, week or month before."""
        return self._of(self.first - dt.timedelta(days=7 if self.is_week else 1))

    @property
    def next_url(self) -> str:
        """The address of the day, week or month after."""
        return self._of(self.first + dt.timedelta(days=1 if self.is_day else 7 if self.is_week else 31))

    @property
    def today_url(self) -> str:
        """The address of the day, week or month it is."""
        return self._of(self.today)

    @property
    def month_url(self) -> str:
        """The address of the month shown."""
        return self._at(f"{self.first:%Y-%m}")

    @property
    def week_url(self) -> str:
        """The address of a week of what is shown, this one if it is there."""
        return self._at(_week(self._inside))

    @property
    def day_url(self) -> str:
        """The address of a day of what is shown, today if it is there."""
        return self._at(self._inside.isoformat())

    @property
    def _inside(self) -> dt.date:
        return self.today if self.first <= self.today <= self.days[-1] else self.first

    def _of(self, day: dt.date) -> str:
        """Return the address of the day, week or month that a day is in."""
        return self._at(day.isoformat() if self.is_day else _week(day) if self.is_week else f"{day:%Y-%m}")


def _week(day: dt.date) -> str:
    year, number, _day = day.isocalendar()
    return f"{year}-W{number:02}"
