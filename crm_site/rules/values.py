"""Reading what a condition compares with: strict, bounded, and with words for whoever typed it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext, ngettext

from crm_site.rules.declarations import RuleField
from crm_site.rules.operators import Shape
from crm_site.rules.periods import EARLIEST, LATEST, LONGEST_SPAN, PERIODS

MOST_VALUES = 200
LONGEST_TEXT = 200
LARGEST = Decimal(10) ** 15
PLACES = 6
LARGEST_KEY = 2**63 - 1
ME = "me"

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_FIGURE = re.compile(r"[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})", re.ASCII)
_WHOLE = re.compile(r"\d{1,19}", re.ASCII)


class ValueProblem(ValueError):  # noqa: N818 - a remark for whoever typed the value, collected and never let out
    """The value cannot be used; `missing` when there is none yet."""

    def __init__(self, message: str, *, missing: bool = False) -> None:
        self.message, self.missing = message, missing
        super().__init__(message)


def read_value(shape: Shape, given: Any, field: RuleField | None) -> Any:
    """Return what the operator takes from raw JSON; raise ValueProblem otherwise."""
    if shape is Shape.NOTHING:
        if given is not None:
            raise ValueProblem(gettext("This comparison takes no value."))
        return None
    if given is None or given == "" or given == []:
        raise ValueProblem(gettext("Fill in what to compare with."), missing=True)
    return _READERS[shape](given, field)


def _text(given: Any, _field: RuleField | None) -> str:
    if not isinstance(given, str):
        raise ValueProblem(gettext("This must be a text."))
    text = given.strip()
    if not text:
        raise ValueProblem(gettext("Fill in what to compare with."), missing=True)
    if len(text) > LONGEST_TEXT:
        raise ValueProblem(
            ngettext("At most %(n)s character.", "At most %(n)s characters.", LONGEST_TEXT) % {"n": LONGEST_TEXT}
        )
    if _UNSTORABLE.search(text):
        raise ValueProblem(gettext("This text has characters that cannot be stored."))
    return text


def _number(given: Any, _field: RuleField | None) -> Decimal:
    if isinstance(given, str):
        given = given.strip().replace(",", "")
        if not given:
            raise ValueProblem(gettext("Fill in what to compare with."), missing=True)
        if not _FIGURE.fullmatch(given):
            raise ValueProblem(gettext("This is no number."))
    if isinstance(given, bool) or not isinstance(given, int | float | Decimal | str):
        raise ValueProblem(gettext("This is no number."))
    if isinstance(given, int) and abs(given) > LARGEST:  # before it is spelled out digit by digit
        raise ValueProblem(gettext("This number is too large."))
    try:
        figure = Decimal(str(given))
    except InvalidOperation as error:
        raise ValueProblem(gettext("This is no number.")) from error
    if not figure.is_finite():
        raise ValueProblem(gettext("This is no number."))
    if figure and (figure.adjusted() > 15 or abs(figure) > LARGEST):
        raise ValueProblem(gettext("This number is too large."))
    exponent = figure.normalize().as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -PLACES:
        raise ValueProblem(ngettext("At most %(n)s decimal.", "At most %(n)s decimals.", PLACES) % {"n": PLACES})
    return figure + 0  # no negative zero


def _day(given: Any, _field: RuleField | None) -> dt.date:
    if isinstance(given, str) and not given.strip():
        raise ValueProblem(gettext("Choose a day."), missing=True)
    try:
        day = dt.date.fromisoformat(given)
    except (TypeError, ValueError) as error:
        raise ValueProblem(gettext("This is no day.")) from error
    if not EARLIEST <= day <= LATEST:
        raise ValueProblem(gettext("This day is too far away."))
    return day


def read_span(given: Any, _field: RuleField | None = None) -> int:
    """Return a number of days; raise ValueProblem otherwise."""
    if isinstance(given, str) and _WHOLE.fullmatch(given.strip()):
        given = int(given.strip())
    if isinstance(given, bool) or not isinstance(given, int):
        raise ValueProblem(gettext("This must be a number of days."), missing=given in ("", None))
    if not 0 <= given <= LONGEST_SPAN:
        raise ValueProblem(gettext("Between 0 and %(most)s days.") % {"most": LONGEST_SPAN})
    return given


def _period(given: Any, _field: RuleField | None) -> str:
    if not isinstance(given, str) or given not in PERIODS:
        raise ValueProblem(gettext("This period is not known."))
    return given


def _code(given: Any, field: RuleField | None) -> str:
    known = {str(code) for code, _label in field.options()} if field is not None else set()
    if isinstance(given, bool) or not isinstance(given, str | int) or (isinstance(given, int) and abs(given) > 2**63):
        raise ValueProblem(gettext("This is no choice."))
    if str(given) not in known:
        raise ValueProblem(gettext("“%(value)s” can no longer be chosen.") % {"value": _shown(given)})
    return str(given)


def _key(given: Any, _field: RuleField | None) -> int:
    if isinstance(given, str) and _WHOLE.fullmatch(given):
        given = int(given)
    if isinstance(given, bool) or not isinstance(given, int) or not 0 < given <= LARGEST_KEY:
        raise ValueProblem(gettext("This is no choice."))
    return given


def _person(given: Any, field: RuleField | None) -> str | int:
    return ME if given == ME else _key(given, field)


def _shown(given: Any) -> str:
    return _UNSTORABLE.sub("", str(given))[:50]


Reader = Callable[[Any, RuleField | None], Any]


def _several(read: Reader) -> Reader:
    def read_all(given: Any, field: RuleField | None) -> tuple[Any, ...]:
        if not isinstance(given, list | tuple):
            raise ValueProblem(gettext("This must be a list of values."))
        if len(given) > MOST_VALUES:
            raise ValueProblem(
                ngettext("At most %(n)s value.", "At most %(n)s values.", MOST_VALUES) % {"n": MOST_VALUES}
            )
        return tuple(dict.fromkeys(read(item, field) for item in given))

    return read_all


def _pair(read: Reader) -> Reader:
    def read_both(given: Any, field: RuleField | None) -> tuple[Any, Any]:
        if not isinstance(given, list | tuple) or len(given) != 2:
            raise ValueProblem(gettext("Fill in both ends."), missing=isinstance(given, list | tuple))
        low, high = (read(item, field) for item in given)
        if low > high:
            raise ValueProblem(gettext("The first must not be larger than the second."))
        return low, high

    return read_both


_READERS: dict[Shape, Reader] = {
    Shape.TEXT: _text,
    Shape.TEXTS: _several(_text),
    Shape.NUMBER: _number,
    Shape.NUMBERS: _pair(_number),
    Shape.DAY: _day,
    Shape.DAYS: _pair(_day),
    Shape.SPAN: read_span,
    Shape.PERIOD: _period,
    Shape.CODES: _several(_code),
    Shape.KEYS: _several(_key),
    Shape.PEOPLE: _several(_person),
}
