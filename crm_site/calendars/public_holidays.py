"""Public holidays by country, and the weekend days that are worked instead (调休), from the library `holidays`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale, UnknownLocaleError

from crm_site.lib.text import sort_key

# What the library calls our languages; others get the names that the country itself uses.
LANGUAGES = {"en": "en_US", "zh-hans": "zh_CN"}


@dataclass(frozen=True)
class YearOfHolidays:
    """The days off of one year with their names, and the weekend days that are worked."""

    off: tuple[tuple[dt.date, str], ...]
    worked: frozenset[dt.date]

    @property
    def days_off(self) -> frozenset[dt.date]:
        """The days off."""
        return frozenset(day for day, _name in self.off)


NO_HOLIDAYS = YearOfHolidays((), frozenset())


@lru_cache(maxsize=512)
def holidays_of(country: str, subdivision: str, year: int, language: str = "") -> YearOfHolidays:
    """Return the public holidays of a year; none for a country, subdivision or year that the library doesn't know.

    What a government announces year by year (the substituted days of China) is known once it is announced and the
    library is brought up to date; until then exceptions say it.
    """
    if not country:
        return NO_HOLIDAYS
    # The library takes a quarter of a second to load: only who asks for holidays waits for it.
    import holidays

    try:
        found = holidays.country_holidays(
            country, subdiv=subdivision or None, years=year, language=LANGUAGES.get(language)
        )
    except (NotImplementedError, KeyError, ValueError):
        return NO_HOLIDAYS
    off = tuple(sorted((day, name) for day, name in found.items() if day.year == year))
    return YearOfHolidays(off, frozenset(day for day in found.weekend_workdays if day.year == year))


def countries(language: str) -> list[tuple[str, str]]:
    """Return (code, name) of the countries whose holidays are known, by name in a language such as `zh-hans`."""
    try:
        named = Locale.parse(language, sep="-").territories
    except (UnknownLocaleError, ValueError):
        named = Locale("en").territories
    from holidays.registry import COUNTRIES

    # Each entry names the class, then the codes of two and of three letters; the classes are not loaded for this.
    found = [(names[1], str(named.get(names[1], names[1]))) for names in COUNTRIES.values()]
    return sorted(found, key=lambda pair: sort_key(pair[1]))


def subdivisions(country: str) -> list[str]:
    """Return the codes of the parts of a country that have holidays of their own."""
    if not country:
        return []
    import holidays

    try:
        return list(holidays.country_holidays(country).subdivisions)
    except (NotImplementedError, KeyError):
        return []
