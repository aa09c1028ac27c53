"""How a value can be compared: the operators of each kind, what they take, and how they read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Literal

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Kind = Literal["text", "number", "money", "date", "moment", "yes_no", "choice", "tags", "person"]


class Shape(Enum):
    """What an operator takes."""

    NOTHING = "nothing"
    TEXT = "text"
    TEXTS = "texts"
    NUMBER = "number"
    NUMBERS = "numbers"
    DAY = "day"
    DAYS = "days"
    SPAN = "span"
    PERIOD = "period"
    CODES = "codes"
    KEYS = "keys"
    PEOPLE = "people"


@dataclass(frozen=True)
class Operator:
    """One comparison: its stored code, its name in a menu, what it takes, and its words in a sentence."""

    code: str
    label: StrOrPromise
    shape: Shape
    says: StrOrPromise


EMPTY = Operator("empty", _("is empty"), Shape.NOTHING, _("%(field)s is empty"))
FILLED = Operator("filled", _("is filled in"), Shape.NOTHING, _("%(field)s is filled in"))

_TEXT = (
    Operator("is", _("is"), Shape.TEXT, _("%(field)s is %(value)s")),
    Operator("is_not", _("is not"), Shape.TEXT, _("%(field)s is not %(value)s")),
    Operator("in", _("is one of"), Shape.TEXTS, _("%(field)s is one of %(value)s")),
    Operator("contains", _("contains"), Shape.TEXT, _("%(field)s contains %(value)s")),
    Operator("not_contains", _("does not contain"), Shape.TEXT, _("%(field)s does not contain %(value)s")),
    Operator("starts", _("begins with"), Shape.TEXT, _("%(field)s begins with %(value)s")),
)
NUMBERS = (
    Operator("gte", _("is at least"), Shape.NUMBER, _("%(field)s is at least %(value)s")),
    Operator("lte", _("is at most"), Shape.NUMBER, _("%(field)s is at most %(value)s")),
    Operator("eq", _("is exactly"), Shape.NUMBER, _("%(field)s is exactly %(value)s")),
    Operator("ne", _("is not"), Shape.NUMBER, _("%(field)s is not %(value)s")),
    Operator("gt", _("is more than"), Shape.NUMBER, _("%(field)s is more than %(value)s")),
    Operator("lt", _("is less than"), Shape.NUMBER, _("%(field)s is less than %(value)s")),
    Operator("between", _("is between"), Shape.NUMBERS, _("%(field)s is between %(low)s and %(high)s")),
)
DATES = (
    Operator("last_days", _("is in the last … days"), Shape.SPAN, _("%(field)s is in the last %(value)s")),
    Operator("older_days", _("is more than … days ago"), Shape.SPAN, _("%(field)s is more than %(value)s ago")),
    Operator("next_days", _("is in the next … days"), Shape.SPAN, _("%(field)s is in the next %(value)s")),
    Operator("during", _("falls in"), Shape.PERIOD, _("%(field)s falls in %(value)s")),
    Operator("on", _("is on"), Shape.DAY, _("%(field)s is on %(value)s")),
    Operator("before", _("is before"), Shape.DAY, _("%(field)s is before %(value)s")),
    Operator("after", _("is after"), Shape.DAY, _("%(field)s is after %(value)s")),
    Operator("between", _("is between"), Shape.DAYS, _("%(field)s is between %(low)s and %(high)s")),
)
_CHOICE = (
    Operator("in", _("is one of"), Shape.CODES, _("%(field)s is one of %(value)s")),
    Operator("not_in", _("is none of"), Shape.CODES, _("%(field)s is none of %(value)s")),
)
_PERSON = (
    Operator("in", _("is one of"), Shape.PEOPLE, _("%(field)s is one of %(value)s")),
    Operator("not_in", _("is none of"), Shape.PEOPLE, _("%(field)s is none of %(value)s")),
)
_TAGS = (
    Operator("any_of", _("include any of"), Shape.KEYS, _("%(field)s include any of %(value)s")),
    Operator("all_of", _("include all of"), Shape.KEYS, _("%(field)s include all of %(value)s")),
    Operator("none_of", _("include none of"), Shape.KEYS, _("%(field)s include none of %(value)s")),
    Operator("empty", _("are missing"), Shape.NOTHING, _("%(field)s are missing")),
    Operator("filled", _("are there"), Shape.NOTHING, _("%(field)s are there")),
)
_YES_NO = (
    Operator("yes", _("is yes"), Shape.NOTHING, _("%(field)s is yes")),
    Operator("no", _("is no"), Shape.NOTHING, _("%(field)s is no")),
)
# A list of one reads better in the singular.
SINGULAR: dict[str, StrOrPromise] = {
    "in": _("%(field)s is %(value)s"),
    "not_in": _("%(field)s is not %(value)s"),
    "any_of": _("%(field)s include %(value)s"),
    "all_of": _("%(field)s include %(value)s"),
    "none_of": _("%(field)s do not include %(value)s"),
}
OPERATORS: dict[str, tuple[Operator, ...]] = {
    "text": (*_TEXT, EMPTY, FILLED),
    "number": (*NUMBERS, EMPTY, FILLED),
    "money": (*NUMBERS, EMPTY, FILLED),
    "date": (*DATES, EMPTY, FILLED),
    "moment": (*DATES, EMPTY, FILLED),
    "yes_no": _YES_NO,
    "choice": (*_CHOICE, EMPTY, FILLED),
    "tags": _TAGS,
    "person": (*_PERSON, EMPTY, FILLED),
}


@dataclass(frozen=True)
class Measure:
    """A figure over the related rows of a record: how many, the sum of an amount, the latest one, and so on."""

    code: str
    label: StrOrPromise
    over: Literal["rows", "amount", "moment"]

    @property
    def operators(self) -> tuple[Operator, ...]:
        """Return what the figure can be compared by."""
        return DATES if self.over == "moment" else NUMBERS


MEASURES: dict[str, Measure] = {
    measure.code: measure
    for measure in (
        Measure("count", _("How many"), "rows"),
        Measure("sum", _("Sum"), "amount"),
        Measure("average", _("Average"), "amount"),
        Measure("least", _("Smallest"), "amount"),
        Measure("most", _("Largest"), "amount"),
        Measure("latest", _("Latest"), "moment"),
        Measure("earliest", _("Earliest"), "moment"),
    )
}


def find_operator(operators: tuple[Operator, ...], code: object) -> Operator | None:
    """Return the operator of that code among those of a kind or measure."""
    return next((operator for operator in operators if operator.code == code), None)
