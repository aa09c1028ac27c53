"""Names of the people in a report."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext

from crm_site.staff.models import User


def names_of(keys: Iterable[Any]) -> dict[Any, str]:
    """Return the names of people by key; None is nobody."""
    wanted = [key for key in keys if key is not None]
    named: dict[Any, str] = dict(User.objects.filter(pk__in=wanted).values_list("pk", "name"))
    return {None: gettext("nobody"), **named}
