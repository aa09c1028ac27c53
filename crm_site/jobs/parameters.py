"""Typed parameters of a job: they arrive as text from a form, a command line or a schedule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class ParameterError(ValueError):
    """A parameter is unknown or its value has the wrong form; the message is for people."""


@dataclass(frozen=True)
class Parameter:
    """One parameter: how to read its text, its default, and what it means."""

    parse: Callable[[str], Any]
    label: StrOrPromise
    default: Any = None


def parse_date(text: str) -> str:
    """Check an ISO date (YYYY-MM-DD) and return it as text."""
    return dt.date.fromisoformat(text).isoformat()


def parse_rate(text: str) -> str:
    """Check a decimal number and return it as text."""
    value = Decimal(text)
    if not value.is_finite():
        raise InvalidOperation
    return str(value)


def one_of(*choices: str) -> Callable[[str], str]:
    """Return a parser that accepts only the given words."""

    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError(text)
        return text

    return parse


def parse_parameters(declared: dict[str, Parameter], given: dict[str, Any]) -> dict[str, Any]:
    """Return all declared parameters as JSON-ready values; raise ParameterError on a bad or unknown one."""
    for name in given:
        if name not in declared:
            raise ParameterError(_("There is no parameter “%(name)s”.") % {"name": name})
    values: dict[str, Any] = {}
    for name, parameter in declared.items():
        raw = given.get(name)
        if raw is None or raw == "":
            values[name] = parameter.default
            continue
        try:
            values[name] = parameter.parse(str(raw))
        except (ValueError, InvalidOperation) as error:
            message = _("“%(value)s” is no valid value for %(name)s.") % {"value": raw, "name": name}
            raise ParameterError(message) from error
    return values
