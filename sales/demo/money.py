"""Exact money in whole numbers: amounts in ten-thousandths, rates in hundred-millionths."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.conf import settings

Array = np.ndarray[Any, Any]

UNIT = 10_000
RATE_UNIT = 100_000_000
# Euro for one unit, around which the demo rates move.
EUROS = {"EUR": 1.0, "CNY": 0.1278, "USD": 0.9215, "GBP": 1.1642}
CURRENCIES = tuple(EUROS)
COUNTRY_CURRENCY = {"China": "CNY", "United States": "USD", "United Kingdom": "GBP"}


def currency_of(country: str) -> int:
    """Return the position in `CURRENCIES` of what is paid with in a country of the demo company."""
    return CURRENCIES.index(COUNTRY_CURRENCY.get(country, "EUR"))


def rates(currency: Array, days: Array) -> Array:
    """Return rates to the base currency on these days, in hundred-millionths; the base currency's is exactly one.

    A base currency without a demo rate is taken for the euro.
    """
    base = settings.BASE_CURRENCY if settings.BASE_CURRENCY in EUROS else "EUR"
    # The sine of months stands in for the market.
    values = np.array(list(EUROS.values()))
    phase = np.arange(len(CURRENCIES)) * 1.7
    drift = 1 + 0.025 * np.sin(days[:, None] / 95.0 + phase[None, :])
    euros = np.where(np.array(CURRENCIES)[None, :] == "EUR", 1.0, values[None, :] * drift)
    to_base = euros / euros[:, [CURRENCIES.index(base)]]
    found: Array = np.rint(to_base[np.arange(len(days)), currency] * RATE_UNIT).astype(np.int64)
    return found


def in_base(totals: Array, rate: Array) -> Array:
    """Return totals in the base currency, rounded half to even as Decimal does."""
    whole, rest = np.divmod(totals * rate, RATE_UNIT)
    half = RATE_UNIT // 2
    found: Array = whole + ((rest > half) | ((rest == half) & (whole % 2 == 1)))
    return found


def written(amount: int, unit: int = UNIT) -> str:
    """Return a whole number of ten-thousandths (or other parts) as decimal text."""
    sign, amount = ("-", -amount) if amount < 0 else ("", amount)
    places = len(str(unit)) - 1
    return f"{sign}{amount // unit}.{amount % unit:0{places}d}"
