"""Money as people write it, in two languages."""

from decimal import Decimal

import pytest

from crm_site.lib import money


@pytest.mark.parametrize(
    ("amount", "currency", "language", "text"),
    [
        ("1234.5", "EUR", "en", "€1,234.50"),
        ("-1234.565", "EUR", "en", "-€1,234.57"),
        ("1234.5", "CNY", "zh-hans", "¥1,234.50"),
        ("0.5", "JPY", "en", "¥1"),
        ("1.2345", "KWD", "en", "KWD1.235"),
    ],
)
def test_amounts_carry_the_currencys_decimals(amount: str, currency: str, language: str, text: str) -> None:
    assert money.format_money(Decimal(amount), currency, language) == text


@pytest.mark.parametrize(
    ("amount", "currency", "language", "text"),
    [
        ("2113456.5", "EUR", "en", "€2.11M"),
        ("2113456.5", "CNY", "zh-hans", "¥211.35万"),
        ("213456789.5", "CNY", "zh-hans", "¥2.13亿"),
        ("999.5", "EUR", "en", "€999.50"),
        ("-2113456", "EUR", "en", "-€2.11M"),
    ],
)
def test_compact_amounts_use_each_languages_steps(amount: str, currency: str, language: str, text: str) -> None:
    assert money.format_money_compact(Decimal(amount), currency, language) == text


def test_nothing_is_a_dash() -> None:
    assert money.format_money(None, "EUR", "en") == "–"
    assert money.format_money_compact(None, "EUR", "en") == "–"


def test_currencies_are_known_by_their_code() -> None:
    assert money.is_currency("EUR")
    assert money.is_currency("DEM")
    assert not money.is_currency("eur")
    assert not money.is_currency("ABC")
    assert "CNY" in money.active_currencies()
    assert "DEM" not in money.active_currencies()
    assert (money.minor_units("EUR"), money.minor_units("JPY"), money.minor_units("KWD")) == (2, 0, 3)
    assert money.currency_name("EUR", "zh-hans") == "欧元"
