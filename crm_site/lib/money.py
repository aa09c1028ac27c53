"""Money: ISO 4217 currencies, rounding to minor units, and amounts as people write them."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel.core import Locale, get_global
from babel.numbers import (
    format_compact_currency,
    format_currency,
    get_currency_name,
    get_currency_precision,
    list_currencies,
)

NOTHING = "–"


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    return frozenset(list_currencies())


def is_currency(code: str) -> bool:
    """Return whether an upper-case code is an ISO 4217 currency, present or past."""
    return code in _known()


@lru_cache(maxsize=1)
def active_currencies() -> tuple[str, ...]:
    """Return the codes that are legal tender somewhere today, sorted: the choices of a form."""
    tender = {
        code
        for history in get_global("territory_currencies").values()
        for code, _, end, is_tender in history
        if is_tender and (end is None or date(*end) > date.today())  # noqa: DTZ011 - day precision, yearly data
    }
    return tuple(sorted(tender & _known()))


def minor_units(currency: str) -> int:
    """Return the number of decimals of a currency: 2 for EUR, 0 for JPY, 3 for KWD."""
    return get_currency_precision(currency)


def quantise(amount: Decimal, currency: str) -> Decimal:
    """Round an amount to the currency's minor units, halves away from zero."""
    return amount.quantize(Decimal(1).scaleb(-minor_units(currency)), rounding=ROUND_HALF_UP)


@lru_cache(maxsize=32)
def _locale(language: str) -> Locale:
    """Return Babel's locale of a Django language code such as zh-hans."""
    return Locale.parse(language, sep="-")


def currency_name(currency: str, language: str) -> str:
    """Return the currency's name in a language."""
    return get_currency_name(currency, locale=_locale(language))


def format_money(amount: Decimal | None, currency: str, language: str) -> str:
    """Return the amount with symbol and the currency's decimals in a language; a dash for None."""
    if amount is None:
        return NOTHING
    return format_currency(quantise(amount, currency), currency, locale=_locale(language))


def format_money_compact(amount: Decimal | None, currency: str, language: str) -> str:
    """Return a short amount for tiles and axes: €2.11M, in Chinese ¥211.35万 or ¥2.13亿; a dash for None.

    Amounts below a thousand are written out, with the currency's decimals.
    """
    if amount is None:
        return NOTHING
    if abs(amount) < 1000:
        return format_money(amount, currency, language)
    return format_compact_currency(amount, currency, locale=_locale(language), fraction_digits=2)
