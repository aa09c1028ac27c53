"""Figures, money and moments as people read them, in the active language and zone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent
from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, gettext

from crm_site.lib.money import format_money, format_money_compact


@lru_cache(maxsize=16)
def _locale(language: str) -> Locale:
    return Locale.parse({"en": "en_GB"}.get(language, language.replace("-", "_")))


def locale() -> Locale:
    """Return Babel's locale for the active language; English dates stand day first."""
    return _locale(get_language() or settings.LANGUAGE_CODE)


def money(value: Any, currency: str | None = None, *, compact: bool = False) -> str:
    """Return an amount with its currency; whole amounts above a thousand go without minor units."""
    if value is None or value == "":
        return ""
    code = currency or settings.BASE_CURRENCY
    amount = Decimal(str(value))
    language = get_language() or settings.LANGUAGE_CODE
    if compact and abs(amount) >= 10_000:
        return format_money_compact(amount, code, language)
    if abs(amount) >= 1000 and amount == amount.to_integral_value():
        pattern = locale().currency_formats["standard"].pattern.replace(".00", "")
        return str(format_currency(amount, code, pattern, locale=locale(), currency_digits=False))
    return format_money(amount, code, language)


def number(value: Any) -> str:
    """Return a whole figure with thousands apart."""
    return str(format_decimal(value, format="#,##0", locale=locale()))


def decimal(value: Any, places: int = 2) -> str:
    """Return a figure with at most `places` decimals."""
    return str(format_decimal(value, format=f"#,##0.{'#' * places}", locale=locale()))


def percent(value: Any) -> str:
    """Return a share of one as per cent with one decimal."""
    return str(format_percent(value, format="#,##0.0%", locale=locale()))


def date(value: dt.date | dt.datetime) -> str:
    """Return a day; the year stands only when it is not this one."""
    day = timezone.localtime(value).date() if isinstance(value, dt.datetime) else value
    skeleton = "d MMM" if day.year == timezone.localdate().year else "d MMM y"
    if locale().language == "zh":
        skeleton = "M月d日" if skeleton == "d MMM" else "y年M月d日"
    return str(format_date(day, skeleton, locale=locale()))


def long_date(day: dt.date) -> str:
    """Return a day with its weekday."""
    return str(format_date(day, "full", locale=locale()))


def moment(value: dt.datetime) -> str:
    """Return a moment exactly, for tooltips."""
    local = timezone.localtime(value)
    return f"{format_date(local, 'medium', locale=locale())} {clock(value)}"


def clock(value: dt.datetime) -> str:
    """Return the time of day."""
    return str(format_time(timezone.localtime(value), "HH:mm", locale=locale()))


def clock_of(value: dt.time) -> str:
    """Return a time of day that belongs to no moment."""
    return str(format_time(value, "HH:mm", locale=locale()))


def relative(value: dt.datetime) -> str:
    """Return how long ago or ahead a moment is; beyond a month the day itself says more."""
    distance = value - timezone.now()
    if abs(distance) < dt.timedelta(minutes=1):
        return gettext("just now")
    if abs(distance) > dt.timedelta(days=30):
        return date(value)
    return str(format_timedelta(distance, add_direction=True, locale=locale(), threshold=1))


def yes_no(value: Any) -> str:
    """Return yes or no."""
    return gettext("Yes") if value else gettext("No")


def language(code: str) -> str:
    """Return the name of a language by its code (zh-hans, de-AT); what is no code stands as it is."""
    try:
        named = Locale.parse(code, sep="-").get_display_name(locale())
    except (ValueError, UnknownLocaleError):
        return code
    return str(named or code)


_WORDS: dict[str, Callable[[Any], str]] = {
    "money": money,
    "number": number,
    "decimal": decimal,
    "percent": percent,
    "date": date,
    "moment": relative,
    "yes_no": yes_no,
    "language": language,
}


def words(value: Any, kind: str) -> str:
    """Return a value of that kind as people read it; nothing for no value."""
    if value is None or value == "":
        return ""
    return _WORDS.get(kind, str)(value)
