"""Values of conditions as people read them, in the active language."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

from crm_site.lib.money import format_money
from crm_site.rules.declarations import RuleField
from crm_site.rules.values import ME

if TYPE_CHECKING:
    from crm_site.staff.models import User

# A sentence names this many values and counts the rest.
NAMED = 6


@lru_cache(maxsize=16)
def _locale(language: str) -> Locale:
    return Locale.parse({"en": "en_GB"}.get(language, language.replace("-", "_")))


def locale() -> Locale:
    """Return Babel's locale for the active language."""
    return _locale(get_language() or settings.LANGUAGE_CODE)


def number(value: Any) -> str:
    """Return a figure with thousands apart and its decimals."""
    return str(format_decimal(value, format="#,##0.######", locale=locale()))


def money(value: Any) -> str:
    """Return an amount in the base currency; whole amounts go without minor units."""
    amount = Decimal(str(value))
    said = format_money(amount, settings.BASE_CURRENCY, get_language() or settings.LANGUAGE_CODE)
    return said.replace(".00", "") if amount == amount.to_integral_value() else said


def day(value: dt.date) -> str:
    """Return a day with its year."""
    skeleton = "y年M月d日" if locale().language == "zh" else "d MMM y"
    return str(format_date(value, skeleton, locale=locale()))


def moment(value: dt.datetime) -> str:
    """Return a moment in the reader's zone."""
    skeleton = "y年M月d日 HH:mm" if locale().language == "zh" else "d MMM y, HH:mm"
    return str(format_datetime(timezone.localtime(value), skeleton, locale=locale()))


def days(count: int) -> str:
    """Return a number of days."""
    return ngettext("%(n)s day", "%(n)s days", count) % {"n": number(count)}


def listing(parts: list[str]) -> str:
    """Return several values in one line; beyond a few, how many more there are."""
    more = len(parts) - NAMED
    if more > 1:
        rest = ngettext("%(n)s more", "%(n)s more", more) % {"n": number(more)}
        return gettext("%(values)s and %(rest)s") % {"values": gettext(", ").join(parts[:NAMED]), "rest": rest}
    return gettext(", ").join(parts)


def choice_names(field: RuleField, codes: Any) -> list[str]:
    """Return the labels of choices; a code whose choice is gone stands for itself."""
    labels = {str(code): str(label) for code, label in field.options()}
    return [labels.get(str(code), str(code)) for code in codes]


def person_names(keys: Any) -> list[str]:
    """Return the names of people."""
    manager = get_user_model()._default_manager
    names = dict(manager.filter(pk__in=[key for key in keys if key != ME]).values_list("pk", "name"))
    return [gettext("me") if key == ME else names.get(key, gettext("unknown")) for key in keys]


def record_names(field: RuleField, keys: Any, reader: User | None) -> list[str]:
    """Return the names of related records, as far as the reader may see them."""
    if field.many is None:
        return []
    rows: Any = field.many.of._default_manager.all()
    if reader is not None and hasattr(rows, "visible_to"):
        rows = rows.visible_to(reader)
    names = {record.pk: str(record) for record in rows.filter(pk__in=list(keys))}
    return [names.get(key, gettext("unknown")) for key in keys]


def actual_words(field: RuleField, value: Any) -> str:
    """Return a record's own value as people read it."""
    if value is None or value == "":
        return gettext("nothing")
    if field.kind == "choice":
        return choice_names(field, [value])[0]
    if field.kind == "person":
        return person_names([value])[0]
    if field.kind == "yes_no":
        return gettext("Yes") if value else gettext("No")
    return plain_words(field.kind, value)


def plain_words(kind: str, value: Any) -> str:
    """Return a text, figure, day or moment as people read it."""
    if isinstance(value, dt.datetime):
        return moment(value)
    if isinstance(value, dt.date):
        return day(value)
    if kind == "money":
        return money(value)
    if isinstance(value, int | float | Decimal):
        return number(value)
    return gettext("“%(text)s”") % {"text": value}
