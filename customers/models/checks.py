"""What a customer's facts must satisfy wherever they are typed: forms, the API, the administration."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.lib.days import years_between
from crm_site.lib.identifiers import credit_code, is_credit_shaped

# Nobody whose age was proved has lived for longer than 122 years.
OLDEST = 130


def is_possible_birth(born: dt.date, today: dt.date) -> bool:
    """Tell whether somebody who lives today can have been born on that day."""
    return born <= today and years_between(born, today) <= OLDEST


def check_birth_date(born: dt.date) -> None:
    """Refuse days to come, and those of nobody who can be alive."""
    today = timezone.localdate()
    if born > today:
        raise ValidationError(_("This day is still to come."))
    if not is_possible_birth(born, today):
        raise ValidationError(_("Nobody is that old."))


def check_registration_number(text: str) -> None:
    """Check the digit of what is written like a unified social credit code; other numbers pass."""
    if is_credit_shaped(text) and credit_code(text) is None:
        raise ValidationError(_("The check digit does not fit: a figure is mistyped."))
