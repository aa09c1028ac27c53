"""Cells that hold days and times, as people and programs of many countries write them."""

from __future__ import annotations

import datetime as dt
import re

from crm_site.imports.cells.reading import CellError, FileReader, Reader
from crm_site.imports.habits import Habits
from crm_site.lib.days import organisation_zone
from crm_site.lib.text import fold

_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)?(?:Z|[+-]\d\d:?\d\d)?$")
_TIME = (
    r"(?:[ T,]+(?P<hour>\d{1,2})[:.](?P<minute>\d\d)(?:[:.](?P<second>\d\d)(?:[.,]\d+)?)?"
    r"\s*(?P<half>[AP]\.?M\.?)?\s*(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)?)?$"
)
_NUMBERS = re.compile(
    r"(?P<one>\d{1,4})\s?(?P<sign>[./年-])\s?(?P<two>\d{1,2})\s?[./月-]\s?(?P<three>\d{1,4})[日.]?" + _TIME,
    re.IGNORECASE,
)
_COMPACT = re.compile(
    r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?:T?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?)?Z?$"
)
_WEEKDAY = r"(?:\w{2,12}\.?,? )?"
_DAY_FIRST = re.compile(
    _WEEKDAY
    + r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.|º)?[ -](?:de )?(?P<month>[^\W\d]{3,10})\.?,?[ -](?:de )?(?P<year>\d{2,4})"
    + _TIME,
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    _WEEKDAY + r"(?P<month>[^\W\d]{3,10})\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>\d{4})" + _TIME, re.IGNORECASE
)
LONGEST = 60
_MONTHS = (
    "january januar janvier enero gennaio janeiro jan ene janv gen",
    "february februar fevrier febrero febbraio fevereiro feb fev fevr",
    "march marz mars marzo marco mar mrz maerz",
    "april avril abril aprile apr avr abr",
    "may mai mayo maggio maio mag",
    "june juni juin junio giugno junho jun giu",
    "july juli juillet julio luglio julho jul juil lug",
    "august aout agosto aug ago",
    "september septembre septiembre settembre setembro sep sept set",
    "october oktober octobre octubre ottobre outubro oct okt ott out",
    "november novembre noviembre novembro nov",
    "december dezember decembre diciembre dicembre dezembro dec dez dic",
)
_MONTH_NUMBERS = {word: number for number, words in enumerate(_MONTHS, 1) for word in words.split()}


def moment() -> FileReader:
    """Read a date or a time stamp; without a zone it is in the organisation's. Normal form: ISO with offset."""

    def within(habits: Habits) -> Reader:
        zone = organisation_zone()

        def read(cell: str) -> str | None:
            cell = cell.strip()
            if not cell:
                return None
            value = parse_moment(cell, habits.date_order)
            if not 1900 <= value.year <= 2200:
                raise CellError("date_range")
            return (value if value.tzinfo else value.replace(tzinfo=zone)).isoformat()

        return read

    return FileReader(within)


def date() -> FileReader:
    """Read a calendar day. Normal form: YYYY-MM-DD."""

    def within(habits: Habits) -> Reader:
        def read(cell: str) -> str | None:
            cell = cell.strip()
            if not cell:
                return None
            value = parse_moment(cell, habits.date_order)
            if not 1850 <= value.year <= 2200:
                raise CellError("date_range")
            return value.date().isoformat()

        return read

    return FileReader(within)


def parse_moment(cell: str, order: str = "") -> dt.datetime:
    """Return the moment a cell names; raise CellError. `order` (dmy, mdy) settles 1/2/2026."""
    if len(cell) > LONGEST:
        raise CellError("date")
    try:
        if _ISO.match(cell):
            return dt.datetime.fromisoformat(cell)
        found = _NUMBERS.match(cell)
        if found:
            return _moment(*_ordered(found, order), found)
        compact = _COMPACT.match(cell)
        if compact:
            return _moment(int(compact["year"]), int(compact["month"]), int(compact["day"]), compact)
        found = _DAY_FIRST.match(cell) or _MONTH_FIRST.match(cell)
        month = _MONTH_NUMBERS.get(fold(found["month"])) if found else None
        if found and month:
            return _moment(_full_year(found["year"]), month, int(found["day"]), found)
    except ValueError as error:
        raise CellError("date") from error
    raise CellError("date")


def _ordered(found: re.Match[str], order: str) -> tuple[int, int, int]:
    one, two, three = found["one"], int(found["two"]), found["three"]
    if len(one) > 2:
        return int(one), two, int(three)
    if found["sign"] in ".年" or order == "dmy":
        return _full_year(three), two, int(one)
    if order == "mdy":
        return _full_year(three), int(one), two
    # Nothing is known of the file: the reading that is possible, and days first where both are.
    day, month = (two, int(one)) if two > 12 else (int(one), two)
    return _full_year(three), month, day


def _full_year(digits: str) -> int:
    """Return a year written with two digits in full: not more than ten years ahead."""
    if len(digits) == 3:
        raise ValueError(digits)
    year = int(digits)
    if len(digits) > 2:
        return year
    latest = dt.datetime.now(organisation_zone()).year + 10
    return latest - (latest - year) % 100


def _moment(year: int, month: int, day: int, found: re.Match[str]) -> dt.datetime:
    parts = found.groupdict()
    hour, half = int(parts["hour"] or 0), (parts.get("half") or "")[:1].lower()
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(hour)
        hour = hour % 12 + (12 if half == "p" else 0)
    value = dt.datetime(year, month, day, hour, int(parts["minute"] or 0), int(parts["second"] or 0))  # noqa: DTZ001 - the caller sets the zone
    zone = parts.get("zone")
    return value if not zone else value.replace(tzinfo=_zone(zone))


def _zone(words: str) -> dt.timezone:
    if words[0] not in "+-":
        return dt.UTC
    hours, minutes = int(words[1:3]), int(words[-2:])
    return dt.timezone((1 if words[0] == "+" else -1) * dt.timedelta(hours=hours, minutes=minutes))
