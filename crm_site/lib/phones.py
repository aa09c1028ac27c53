"""Phone numbers in one form, E.164, so that the same number is found however it was typed."""

from __future__ import annotations

import phonenumbers


def to_e164(text: str, region: str) -> str | None:
    """Return the number as E.164, read as dialled in `region` (ISO country); None when it cannot be one."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
