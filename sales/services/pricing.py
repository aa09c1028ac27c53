"""What a deal is worth in the base currency, at the rate of the day it was entered."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from sales.models import ExchangeRate

PLACES = Decimal("0.0001")


def frozen_rate(currency: str, day: dt.date) -> Decimal:
    """Return the rate of a currency on a day; raise ValidationError at `currency` where none was known by then."""
    rate = ExchangeRate.objects.all().rate(currency, day)
    if rate is None:
        words = _("There is no exchange rate for %(currency)s yet. An administrator can enter one.")
        raise ValidationError({"currency": words % {"currency": currency}})
    return rate


def in_base(amount: Decimal, rate: Decimal) -> Decimal:
    """Return an amount in the base currency."""
    return (Decimal(amount) * Decimal(rate)).quantize(PLACES)
