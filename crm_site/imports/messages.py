"""Why a row was refused or cleaned, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm_site.lib.spreadsheets import RowFault, RowProblem

MESSAGES = {
    "formula": _("A formula is not accepted; type the value itself."),
    "too_long": _("Longer than %(limit)s characters."),
    "number": _("Not a number."),
    "number_range": _("The number is too large."),
    "whole_number": _("Not a whole number."),
    "between": _("Must lie between %(low)s and %(high)s."),
    "date": _("Not a date; use YYYY-MM-DD."),
    "date_range": _("The year is out of range."),
    "email": _("Not an e-mail address."),
    "phone": _("Not a phone number."),
    "url": _("Not a web address."),
    "choice": _("Must be one of: %(choices)s."),
    "required": _("This column must be filled."),
    "name_required": _("A name, a mail address or a reference is needed."),
    "repeated": _("The same key stands in line %(line)s."),
    "exists": _("The record exists already; only new ones were asked for."),
    "missing": _("There is no such record, and only known ones were asked for."),
    "foreign": _("The key belongs to a record that you may not change."),
    "birth_date": _("Nobody who lives today was born on this day."),
    "credit_code": _("The check digit of the credit code does not fit: a figure is mistyped."),
    "reference_taken": _("Another customer has this reference."),
    "survey_kind": _("The survey of this name asks another kind of question."),
    "unknown_customer": _("There is no customer with this reference."),
    "unknown_organisation": _("There is no organisation with this reference."),
    "unknown_product": _("There is no product with this code or name."),
    "unknown_opportunity": _("There is no opportunity of this customer with this number."),
    "unknown_deal": _("There is no opportunity with this number."),
    "before_opened": _("The opportunity was opened later."),
    "after_end": _("The opportunity had ended by then."),
    "deal_end": _("How opportunities end stands in the file of the opportunities."),
    "unknown_person": _("There is no colleague with this name or mail address."),
    "percent": _("Must lie between 0 and 100."),
    "negative": _("Must not be negative."),
    "currency": _("Not a currency, such as EUR or CNY."),
    "no_rate": _("No exchange rate of this currency is known for the day."),
    "ahead": _("This lies ahead; only what has happened stands on a timeline."),
    "conflict": _("The rows of this order disagree on the customer."),
}


def problem(code: str, column: str = "", value: str = "", **params: Any) -> dict[str, Any]:
    """Return the stored form of one problem; the value is cut to what helps to find it."""
    return {"code": code, "column": column, "value": value[:100], "params": params}


def reason(stored: Mapping[str, Any]) -> str:
    """Return a stored problem as a sentence in the active language."""
    code = str(stored["code"])
    if code in MESSAGES:
        return str(str(MESSAGES[code]) % stored.get("params", {}))
    return RowProblem(0, RowFault(code)).message
