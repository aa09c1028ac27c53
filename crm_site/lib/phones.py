"""Telephone numbers, kept in E.164 and shown as people write them."""

from __future__ import annotations

import unicodedata

import phonenumbers

_LONGEST = 40
_SHORTEST_DIGITS = 7  # the library calls +4912 possible; country and subscriber together never are so short


def to_e164(text: str, region: str | None = None) -> str | None:
    """Return a typed number in E.164, such as +493023180468; None when it cannot be one.

    ``region`` (ISO 3166, such as "DE") gives the country of numbers written without one. An extension is
    dropped, since E.164 has none.
    """
    plain = unicodedata.normalize("NFKC", text).strip().lstrip("'")
    if not plain or len(plain) > _LONGEST:
        return None
    if plain.startswith("00"):
        plain = f"+{plain[2:].lstrip()}"  # the international prefix of most countries, whatever the region
    try:
        number = phonenumbers.parse(plain, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return written if len(written) > _SHORTEST_DIGITS else None


def format_phone(number: str, region: str | None = None) -> str:
    """Return an E.164 number with blanks, in national form within its own region; unknown text unchanged."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    home = region is not None and phonenumbers.region_code_for_number(parsed) == region
    style = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style)
