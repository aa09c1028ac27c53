"""Telephone numbers, kept in E.164 and shown as people write them."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import phonenumbers

_LONGEST = 40
_SHORTEST_DIGITS = 7  # the library calls +4912 possible; country and subscriber together never are so short
# (415) 555-0187: how numbers are written in North America, and not in countries that begin them with a trunk zero.
_NORTH_AMERICAN = re.compile(r"(?:\([2-9]\d\d\) ?|[2-9]\d\d[-.])[2-9]\d\d[-. ]\d{4}")
_INTERNATIONAL = re.compile(r"\+[1-9][\d ()./-]{6,30}")
_TRUNK_ZERO = "(0)"
_CHINESE_MOBILE = re.compile(r"1[3-9]\d{9}")


def to_e164(text: str, region: str | None = None) -> str | None:
    """Return a typed number in E.164, such as +493023180468; None when it cannot be one.

    ``region`` (ISO 3166, such as "DE") gives the country of numbers written without one. An extension is
    dropped, since E.164 has none.
    """
    if _INTERNATIONAL.fullmatch(text) and (quick := _quick(text)):
        return quick
    if region == "CN" and _CHINESE_MOBILE.fullmatch(text):
        return f"+86{text}"
    plain = unicodedata.normalize("NFKC", text).strip().lstrip("'")
    if not plain or len(plain) > _LONGEST:
        return None
    if plain.startswith("00"):
        plain = f"+{plain[2:].lstrip()}"  # the international prefix of most countries, whatever the region
    try:
        number = phonenumbers.parse(plain, _region_of(plain, region))
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return written if len(written) > _SHORTEST_DIGITS else None


def _quick(text: str) -> str | None:
    """Read an international number whose length its country has, twenty times as fast as the library would.

    None means: nothing can be said. A number that may carry a trunk prefix is left to the library.
    """
    digits = "".join(sign for sign in text if sign.isdigit())
    for length in (1, 2, 3):
        found = _lengths_of(int(digits[:length]))
        if found is not None:
            lengths, prefix = found
            national = digits[length:]
            fits = len(national) in lengths and national[0] != "0" and not (prefix and prefix.match(national))
            usable = fits and _TRUNK_ZERO not in text and len(digits) >= _SHORTEST_DIGITS
            return f"+{digits}" if usable else None
    return None


@cache
def _lengths_of(calling_code: int) -> tuple[frozenset[int], re.Pattern[str] | None] | None:
    """Return how many digits the numbers of a calling code have, and what may stand before them at home."""
    region = phonenumbers.region_code_for_country_code(calling_code)
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    if metadata is None or metadata.general_desc is None:
        return None
    prefix = metadata.national_prefix_for_parsing
    return frozenset(metadata.general_desc.possible_length), re.compile(prefix) if prefix else None


def _region_of(plain: str, region: str | None) -> str | None:
    """Return the region of a number without a country, told by how it is written."""
    if region is None or region == "US" or not _NORTH_AMERICAN.fullmatch(plain):
        return region
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    return "US" if metadata is not None and metadata.national_prefix == "0" and metadata.country_code != 1 else region


def is_valid(text: str, region: str) -> bool:
    """Tell whether a number written without a country exists in that region, as far as the numbering plan says."""
    try:
        return bool(phonenumbers.is_valid_number(phonenumbers.parse(text, region)))
    except phonenumbers.NumberParseException:
        return False


def format_phone(number: str, region: str | None = None) -> str:
    """Return an E.164 number with blanks, in national form within its own region; unknown text unchanged."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    home = region is not None and phonenumbers.region_code_for_number(parsed) == region
    style = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style)
