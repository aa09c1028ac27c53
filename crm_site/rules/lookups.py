"""What an operator and its value ask of the database: ORM lookups that must all hold, or must not."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import DecimalField, Value

from crm_site.rules.declarations import RuleField
from crm_site.rules.operators import Operator
from crm_site.rules.periods import LATEST, PERIODS, Clock
from crm_site.rules.values import ME

if TYPE_CHECKING:
    from crm_site.staff.models import User


@dataclass(frozen=True)
class Test:
    """Lookups of which all (`either`: one) must hold; `negated` is the exact opposite, records without a value too."""

    lookups: tuple[tuple[str, Any], ...]
    negated: bool = False
    either: bool = False


def test_of(kind: str, operator: Operator, value: Any, clock: Clock, *, exact: bool = False) -> Test:
    """Return the test of a single value of that kind."""
    code = operator.code
    if code in ("empty", "filled"):
        return Test((("gt", "") if kind == "text" else ("isnull", False),), negated=code == "empty")
    if kind == "text":
        return _text(code, value, exact=exact)
    if kind in ("number", "money"):
        return _number(code, value)
    if kind == "yes_no":
        return Test((("exact", code == "yes"),))
    return Test(_days(code, value, clock, moments=kind == "moment"))


def codes_test(field: RuleField, operator: Operator, value: Any) -> Test:
    """Return the test of a choice: the stored texts become the values they stand for."""
    stand_for = {str(code): code for code, _label in field.options()}
    wanted = [stand_for[code] for code in value if code in stand_for]
    return Test((("in", wanted),), negated=operator.code == "not_in")


def people_test(operator: Operator, value: Any, reader: User | None) -> Test:
    """Return the test of a person; “me” is the reader, and nobody when there is none."""
    me = None if reader is None else reader.pk
    wanted = [key for key in (me if item == ME else item for item in value) if key is not None]
    return Test((("in", wanted),), negated=operator.code == "not_in")


def _text(code: str, value: Any, *, exact: bool) -> Test:
    equal = "exact" if exact else "iexact"
    if code == "in":
        return Test((("in", list(value)),)) if exact else Test(tuple((equal, item) for item in value), either=True)
    lookup = {"contains": "icontains", "not_contains": "icontains", "starts": "istartswith"}.get(code, equal)
    return Test(((lookup, value),), negated=code in ("is_not", "not_contains"))


def _number(code: str, value: Any) -> Test:
    if code == "between":
        low, high = value
        return Test((("gte", figure(low)), ("lte", figure(high))))
    return Test((("exact" if code in ("eq", "ne") else code, figure(value)),), negated=code == "ne")


def figure(value: Decimal) -> Any:
    """Return a number for a lookup: a whole one as it is, so that any index serves; a fraction never cut off."""
    if value == value.to_integral_value():
        return int(value)
    return Value(value, output_field=DecimalField(max_digits=24, decimal_places=6))


def _days(code: str, value: Any, clock: Clock, *, moments: bool) -> tuple[tuple[str, Any], ...]:
    now = clock.now if moments else clock.today
    if code == "last_days":
        return (("gte", clock.ago(value, moments=moments)), ("lte", now))
    if code == "older_days":
        return (("lt", clock.ago(value, moments=moments)),)
    if code == "next_days":
        return (("gte", now), ("lte", clock.ahead(value, moments=moments)))
    if code == "before":
        return (("lt", clock.begins(value, moments=moments)),)
    if code == "after":
        return (("gte", clock.begins(_next(value), moments=moments)),)
    if code == "during":
        first, until = PERIODS[value][1](clock.today)
    else:
        first, last = value if code == "between" else (value, value)
        until = _next(last)
    return (("gte", clock.begins(first, moments=moments)), ("lt", clock.begins(until, moments=moments)))


def _next(day: dt.date) -> dt.date:
    return min(day, LATEST) + dt.timedelta(days=1)
